/** Scores as a network gives them, after or before the sigmoid. */
export type Scores = 'probabilities' | 'logits';

/** The scores of one output's cells. Both arrays begin at the first cell's first number. */
export type ScoredCells = {
  readonly cells: number;
  readonly objectness: Float32Array;
  readonly classes: Float32Array;
  readonly classCount: number;
  /** How far apart two cells' numbers lie, and two classes of one cell. */
  readonly cellStep: number;
  readonly classStep: number;
};

/** The usual threshold of a run. */
const LEAST_SCORE = 0.25;
/** Share of the cells. Trained networks see hardly anything on a test picture, random ones something in some places. */
const EVERYWHERE = 0.95;
/** Fewer cells than these are no picture. */
const LEAST_CELLS = 8;

/** The doubt about a network that reports an object at nearly every place of a test picture: completes "its …". */
export function doubtOf(outputs: readonly ScoredCells[], scores: Scores): string | undefined {
  const probability = scores === 'logits' ? (value: number) => 1 / (1 + Math.exp(-value)) : (value: number) => value;
  let [found, all] = [0, 0];
  for (const { cells, objectness, classes, classCount, cellStep, classStep } of outputs) {
    all += cells;
    for (let cell = 0; cell < cells; cell++) {
      let best = -Infinity;
      for (let id = 0; id < classCount; id++) best = Math.max(best, classes[cell * cellStep + id * classStep]);
      if (probability(objectness[cell * cellStep]) * probability(best) > LEAST_SCORE) found++;
    }
  }
  return all >= LEAST_CELLS && found >= EVERYWHERE * all
    ? `scores report an object at ${found} of ${all} places of a test picture, so they are probably something else, or it is not trained`
    : undefined;
}

import { sortedOutcomes, type Pairing } from './accumulate.js';
import { precisionCurves, recallPlaces, type Verdicts } from './curve.js';
import { WORDS_PER_DETECTION, type Matcher } from './match.js';
import { IOU_THRESHOLDS, RECALL_THRESHOLDS } from './parameters.js';

/**
 * AP over all sizes of a data set in which every group of images occurs as often as its weight: the repeated step of a
 * bootstrap over groups. Null if no object is left to find.
 */
export type ResampledAp = (weights: ArrayLike<number>) => number | null;

type ClassOutcomes = {
  readonly verdicts: Verdicts;
  readonly group: Int32Array;
  readonly objectsPerGroup: Int32Array;
};

/**
 * @param groupOf by image index
 * @param groups number of groups
 */
export function apResampler(matcher: Matcher, pairing: Pairing, groupOf: Int32Array, groups: number): ResampledAp {
  const classes = Array.from({ length: matcher.objects.classes }, (_, k) =>
    outcomesOf(matcher, pairing, groupOf, groups, k),
  );
  return (weights) => {
    let sum = 0;
    let scored = 0;
    for (const outcomes of classes) {
      const ap = weightedAp(outcomes, weights);
      if (ap === undefined) continue;
      sum += ap;
      scored++;
    }
    return scored === 0 ? null : sum / scored;
  };
}

function outcomesOf(matcher: Matcher, pairing: Pairing, groupOf: Int32Array, groups: number, k: number): ClassOutcomes {
  const { image, words } = sortedOutcomes(matcher, pairing, k);
  const objectsPerGroup = new Int32Array(groups);
  const { start, classes, crowd } = matcher.objects;
  for (const i of pairing.image) {
    for (let g = start[i * classes + k]; g < start[i * classes + k + 1]; g++)
      if (crowd[g] === 0) objectsPerGroup[groupOf[i]]++;
  }
  return {
    verdicts: {
      count: image.length,
      matched: Uint16Array.from(image, (_, d) => words[d * WORDS_PER_DETECTION]),
      ignored: Uint16Array.from(image, (_, d) => words[d * WORDS_PER_DETECTION + 1]),
    },
    group: Int32Array.from(image, (i) => groupOf[i]),
    objectsPerGroup,
  };
}

/** In the order of scores, copies of an image are adjacent, so a weight is a step of that height. */
function weightedAp(
  { verdicts, group, objectsPerGroup }: ClassOutcomes,
  weights: ArrayLike<number>,
): number | undefined {
  let objects = 0;
  for (let g = 0; g < objectsPerGroup.length; g++) objects += objectsPerGroup[g] * weights[g];
  if (objects === 0) return undefined;
  const weightOf = new Float64Array(group.length);
  for (let d = 0; d < group.length; d++) weightOf[d] = weights[group[d]];
  let sum = 0;
  for (const curve of precisionCurves(verdicts, weightOf)) {
    for (const place of recallPlaces(curve, objects)) sum += curve.precision[place] ?? 0;
  }
  return sum / (IOU_THRESHOLDS.length * RECALL_THRESHOLDS.length);
}

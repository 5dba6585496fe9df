import { sortedOutcomes, type Pairing } from './accumulate.js';
import { WORDS_PER_DETECTION, type Matcher } from './match.js';
import { IOU_THRESHOLDS, RECALL_THRESHOLDS } from './parameters.js';

const T = IOU_THRESHOLDS.length;
const R = RECALL_THRESHOLDS.length;
const SPACING = 2 ** -52;

/**
 * AP over all sizes of a data set in which every group of images occurs as often as its weight says: what a bootstrap
 * over groups asks for many times. Null where no object is left to be found.
 */
export type ResampledAp = (weights: ArrayLike<number>) => number | null;

type ClassOutcomes = {
  /** Best score first. */
  readonly matched: Uint16Array;
  readonly ignored: Uint16Array;
  readonly group: Int32Array;
  readonly objectsPerGroup: Int32Array;
};

/**
 * @param groupOf by image index
 * @param groups how many there are
 */
export function apResampler(matcher: Matcher, pairing: Pairing, groupOf: Int32Array, groups: number): ResampledAp {
  const classes = Array.from({ length: matcher.objects.classes }, (_, k) => outcomesOf(matcher, pairing, groupOf, groups, k));
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
    for (let g = start[i * classes + k]; g < start[i * classes + k + 1]; g++) if (crowd[g] === 0) objectsPerGroup[groupOf[i]]++;
  }
  return {
    matched: Uint16Array.from(image, (_, d) => words[d * WORDS_PER_DETECTION]),
    ignored: Uint16Array.from(image, (_, d) => words[d * WORDS_PER_DETECTION + 1]),
    group: Int32Array.from(image, (i) => groupOf[i]),
    objectsPerGroup,
  };
}

/** Copies of an image stand beside each other in the order of scores, so that a weight is a step of that height. */
function weightedAp({ matched, ignored, group, objectsPerGroup }: ClassOutcomes, weights: ArrayLike<number>): number | undefined {
  let objects = 0;
  for (let g = 0; g < objectsPerGroup.length; g++) objects += objectsPerGroup[g] * weights[g];
  if (objects === 0) return undefined;

  const found = new Float64Array(T);
  const wrong = new Float64Array(T);
  let wrongAtAll = 0;
  const foundAt = Array.from({ length: T }, (): number[] => []);
  const precisionAt = Array.from({ length: T }, (): number[] => []);
  for (let d = 0; d < matched.length; d++) {
    const weight = weights[group[d]];
    if (weight === 0) continue;
    if (matched[d] === 0 && ignored[d] === 0) {
      wrongAtAll += weight;
      continue;
    }
    for (let t = 0; t < T; t++) {
      if ((ignored[d] >> t & 1) === 1) continue;
      if ((matched[d] >> t & 1) === 0) {
        wrong[t] += weight;
        continue;
      }
      found[t] += weight;
      foundAt[t].push(found[t]);
      precisionAt[t].push(found[t] / (wrong[t] + wrongAtAll + found[t] + SPACING));
    }
  }
  let sum = 0;
  for (let t = 0; t < T; t++) sum += areaUnder(foundAt[t], precisionAt[t], objects);
  return sum / (T * R);
}

function areaUnder(foundAt: readonly number[], precisionAt: number[], objects: number): number {
  for (let i = precisionAt.length - 1; i > 0; i--) precisionAt[i - 1] = Math.max(precisionAt[i - 1], precisionAt[i]);
  let sum = 0;
  for (let r = 0, i = 0; r < R; r++) {
    while (i < foundAt.length && foundAt[i] / objects < RECALL_THRESHOLDS[r]) i++;
    if (i === foundAt.length) break;
    sum += precisionAt[i];
  }
  return sum;
}

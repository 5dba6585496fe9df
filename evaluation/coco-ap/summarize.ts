import type { Accumulated } from './accumulate.js';
import { AREA_RANGES, IOU_THRESHOLDS, MAX_DETECTIONS, RECALL_THRESHOLDS } from './parameters.js';

/**
 * The twelve numbers of COCO's table in its order; the figure after AR is the number of detections allowed for an
 * image.
 */
export const COCO_STATS = [
  'AP',
  'AP50',
  'AP75',
  'APs',
  'APm',
  'APl',
  'AR1',
  'AR10',
  'AR100',
  'ARs',
  'ARm',
  'ARl',
] as const;

/** Null if there is no object to find, so that the number is undefined. */
export type CocoStats = Readonly<Record<(typeof COCO_STATS)[number], number | null>>;

const T = IOU_THRESHOLDS.length;
const R = RECALL_THRESHOLDS.length;
const A = AREA_RANGES.length;
const M = MAX_DETECTIONS.length;

export function cocoStats(accumulated: Accumulated): CocoStats {
  const [all, small, medium, large] = [0, 1, 2, 3];
  const ap = (areaRange: number, threshold?: number): number | null => meanPrecision(accumulated, areaRange, threshold);
  const ar = (areaRange: number, m: number): number | null => meanRecall(accumulated, areaRange, m);
  return {
    AP: ap(all),
    AP50: ap(all, 0),
    AP75: ap(all, 5),
    APs: ap(small),
    APm: ap(medium),
    APl: ap(large),
    AR1: ar(all, 0),
    AR10: ar(all, 1),
    AR100: ar(all, 2),
    ARs: ar(small, 2),
    ARm: ar(medium, 2),
    ARl: ar(large, 2),
  };
}

/** AP over all sizes and IoU thresholds, by class index. */
export function apPerClass({ classes, precision }: Accumulated): (number | null)[] {
  return Array.from({ length: classes }, (_, k) => {
    const mean = newMean();
    for (let tr = 0; tr < T * R; tr++) mean.add(precision[(tr * classes + k) * A * M + M - 1]);
    return mean.value();
  });
}

function meanPrecision({ classes, precision }: Accumulated, areaRange: number, threshold?: number): number | null {
  const mean = newMean();
  const [from, to] = threshold === undefined ? [0, T] : [threshold, threshold + 1];
  for (let k = 0; k < classes; k++) {
    for (let tr = from * R; tr < to * R; tr++) mean.add(precision[((tr * classes + k) * A + areaRange) * M + M - 1]);
  }
  return mean.value();
}

function meanRecall({ classes, recall }: Accumulated, areaRange: number, m: number): number | null {
  const mean = newMean();
  for (let t = 0; t < T; t++) {
    for (let k = 0; k < classes; k++) mean.add(recall[((t * classes + k) * A + areaRange) * M + m]);
  }
  return mean.value();
}

/** The mean of the defined values. */
function newMean(): { add(value: number): void; value(): number | null } {
  let sum = 0;
  let count = 0;
  return {
    add(value) {
      if (value < 0) return;
      sum += value;
      count++;
    },
    value: () => (count === 0 ? null : sum / count),
  };
}

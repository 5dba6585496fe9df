import type { Accumulated } from './accumulate.js';
import { AREA_RANGES, DEFAULT_LIMITS, IOU_THRESHOLDS, RECALL_THRESHOLDS } from './parameters.js';

/**
 * The twelve numbers of COCO's table in its order. The figure after AR is the number of detections allowed for an image
 * by default; `AR1`, `AR10` and `AR100` stand for the least, middle and greatest of other limits.
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
const M = DEFAULT_LIMITS.length;

export function cocoStats(accumulated: Accumulated): CocoStats {
  const [small, medium, large] = [1, 2, 3];
  const ap = (cells: Cells = {}): number | null => meanPrecision(accumulated, cells);
  const ar = (cells: Cells = {}): number | null => meanRecall(accumulated, cells);
  return {
    AP: ap(),
    AP50: ap({ threshold: 0 }),
    AP75: ap({ threshold: 5 }),
    APs: ap({ areaRange: small }),
    APm: ap({ areaRange: medium }),
    APl: ap({ areaRange: large }),
    AR1: ar({ limit: 0 }),
    AR10: ar({ limit: 1 }),
    AR100: ar(),
    ARs: ar({ areaRange: small }),
    ARm: ar({ areaRange: medium }),
    ARl: ar({ areaRange: large }),
  };
}

/** AP over all sizes and IoU thresholds, by class index. */
export function apPerClass(accumulated: Accumulated): (number | null)[] {
  return Array.from({ length: accumulated.classes }, (_, classIndex) => meanPrecision(accumulated, { classIndex }));
}

/** The part of COCO's tables that a mean runs over, by index. */
export type Cells = {
  /** Default: all. */
  readonly classIndex?: number;
  /** Of the IoU thresholds. Default: all. */
  readonly threshold?: number;
  /** Default: 0, objects of any size. */
  readonly areaRange?: number;
  /** Of the numbers of detections that are allowed for an image. Default: the greatest. */
  readonly limit?: number;
};

/** Null if there is no object to find. */
export function meanPrecision({ classes, precision }: Accumulated, cells: Cells): number | null {
  const { areaRange = 0, limit = M - 1 } = cells;
  const mean = newMean();
  const [from, to] = rangeOf(cells.threshold, T);
  for (let [k, end] = rangeOf(cells.classIndex, classes); k < end; k++) {
    for (let tr = from * R; tr < to * R; tr++) mean.add(precision[((tr * classes + k) * A + areaRange) * M + limit]);
  }
  return mean.value();
}

/** Null if there is no object to find. */
export function meanRecall({ classes, recall }: Accumulated, cells: Cells): number | null {
  const { areaRange = 0, limit = M - 1 } = cells;
  const mean = newMean();
  const [from, to] = rangeOf(cells.classIndex, classes);
  for (let [t, end] = rangeOf(cells.threshold, T); t < end; t++) {
    for (let k = from; k < to; k++) mean.add(recall[((t * classes + k) * A + areaRange) * M + limit]);
  }
  return mean.value();
}

function rangeOf(index: number | undefined, length: number): readonly [from: number, to: number] {
  return index === undefined ? [0, length] : [index, index + 1];
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

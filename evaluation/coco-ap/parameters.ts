/** IoU thresholds 0.50, 0.55 … 0.95, to the last bit those of `numpy.linspace(.5, .95, 10)`. */
export const IOU_THRESHOLDS: readonly number[] = linspace(0.5, 0.95, 10);

/** Recalls at which precision is sampled: 0, 0.01 … 1. */
export const RECALL_THRESHOLDS: readonly number[] = linspace(0, 1, 101);

/**
 * Numbers of an image's best detections of a class that count, ascending: pycocotools' `maxDets`. AP uses the greatest,
 * and AR has a number for each.
 */
export type DetectionLimits = readonly [least: number, middle: number, greatest: number];

/** COCO's own. */
export const DEFAULT_LIMITS: DetectionLimits = [1, 10, 100];

/** Object sizes in square pixels, both ends included. */
export const AREA_RANGES = [
  { name: 'all', min: 0, max: 1e10 },
  { name: 'small', min: 0, max: 32 ** 2 },
  { name: 'medium', min: 32 ** 2, max: 96 ** 2 },
  { name: 'large', min: 96 ** 2, max: 1e10 },
] as const;

/** As the reference compares: an area that is NaN lies within every range. */
export function isWithin(area: number, areaRange: number): boolean {
  const { min, max } = AREA_RANGES[areaRange];
  return !(area < min || area > max);
}

/** As numpy computes it: every value from the start, the last one set. */
function linspace(from: number, to: number, count: number): number[] {
  const step = (to - from) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? to : i * step + from));
}

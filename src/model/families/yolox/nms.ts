import type { NmsMode } from '../../../core/detector.js';

/** Boxes as parallel arrays, so that thousands of them cost no objects. */
export type ScoredBoxes = {
  /** x1, y1, x2, y2 of each box, one after the other. */
  readonly corners: Float32Array;
  readonly scores: Float32Array;
  readonly classIds: Int32Array;
  /** How many boxes the arrays hold. */
  readonly count: number;
};

/**
 * Greedy non-maximum suppression: best score first, a box goes when its IoU with a kept one is greater than the
 * threshold. Equal scores are taken in the order of their index, so that the answer never depends on the sort.
 * Source: YOLOX `yolox/utils/boxes.py`, `postprocess` (torchvision's `batched_nms` and `nms`).
 * @returns indices of the kept boxes, best first
 */
export function nms(boxes: ScoredBoxes, iouThreshold: number, mode: NmsMode): number[] {
  const { corners, scores, classIds, count } = boxes;
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  order.sort((a, b) => scores[b] - scores[a] || a - b);

  const kept: number[] = [];
  for (const candidate of order) {
    const suppressed = kept.some(
      (better) =>
        (mode === 'agnostic' || classIds[better] === classIds[candidate]) &&
        iou(corners, better * 4, candidate * 4) > iouThreshold,
    );
    if (!suppressed) kept.push(candidate);
  }
  return kept;
}

function iou(corners: Float32Array, a: number, b: number): number {
  const width = Math.min(corners[a + 2], corners[b + 2]) - Math.max(corners[a], corners[b]);
  const height = Math.min(corners[a + 3], corners[b + 3]) - Math.max(corners[a + 1], corners[b + 1]);
  if (!(width > 0 && height > 0)) return 0;
  const intersection = width * height;
  const areaA = (corners[a + 2] - corners[a]) * (corners[a + 3] - corners[a + 1]);
  const areaB = (corners[b + 2] - corners[b]) * (corners[b + 3] - corners[b + 1]);
  return intersection / (areaA + areaB - intersection);
}

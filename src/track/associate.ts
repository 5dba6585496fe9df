import { boxIou, type Box } from '../core/box.js';
import type { Detection } from '../core/detection.js';

/** A candidate for a match: the expected position of an object, and its class. */
export type Expected = { readonly box: Box; readonly classId: number };

/**
 * Matches each detection, best score first, with the free expected object of its class that it overlaps most. Source:
 * mtli/sAP `track/iou_assoc_cp.pyx`, `iou_assoc`.
 * @param order indices into `detections`, in the order in which they choose
 * @param minIou overlap below which there is no match
 * @returns for each detection the index of its object in `expected`, or -1
 */
export function associate(
  detections: readonly Detection[],
  order: readonly number[],
  expected: readonly Expected[],
  minIou: number,
): Int32Array {
  const match = new Int32Array(detections.length).fill(-1);
  const taken = new Uint8Array(expected.length);
  for (const d of order) {
    const { box, classId } = detections[d];
    let best = -1;
    let bestIou = minIou;
    for (let e = 0; e < expected.length; e++) {
      if (taken[e] === 1 || expected[e].classId !== classId) continue;
      const iou = boxIou(box, expected[e].box);
      if (iou >= bestIou) {
        best = e;
        bestIou = iou;
      }
    }
    if (best < 0) continue;
    match[d] = best;
    taken[best] = 1;
  }
  return match;
}

/**
 * Indices of `detections`, best score first; for equal scores the later one first, as in the toolkit's reversed sort.
 */
export function byScore(detections: readonly Detection[]): number[] {
  return detections.map((_, index) => index).sort((a, b) => detections[b].score - detections[a].score || b - a);
}

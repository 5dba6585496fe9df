import type { Detection } from '../src/core/detection.js';
import type { Box } from '../src/core/box.js';
import { overlapOf, type CocoEvaluation } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';

/** An annotated object, and whether a detection of its class was there at its time. */
export type ShownObject = { readonly box: Box; readonly className: string; readonly isFound: boolean };

/** The boxes that an image is scored with. */
export type StreamedBoxes = {
  readonly detections: readonly Detection[];
  readonly objects: readonly ShownObject[];
};

/**
 * The boxes of a moment as streaming accuracy sees it: the objects of an image, and the detections that were current at
 * its time, forecast if a forecaster was named.
 * @param image index of the image
 * @param score detections with a lower score are left out
 * @param iou an object is found if a detection of its class overlaps it at least this much
 */
export function streamedBoxes(
  { classes }: GroundTruth,
  { scored: { matcher, pairing } }: CocoEvaluation,
  image: number,
  { score, iou }: { readonly score: number; readonly iou: number },
): StreamedBoxes {
  const { objects, detections } = matcher;
  const frame = pairing.frame[pairing.image.indexOf(image)] ?? -1;
  const shown: Detection[] = [];
  const found: ShownObject[] = [];
  classes.forEach(({ name: className }, k) => {
    const rows = frame < 0 ? [] : rowsOf(detections, frame * classes.length + k);
    const likely = rows.filter((row) => detections.scores[row] >= score);
    for (const row of likely)
      shown.push({ box: boxAt(detections.boxes, row), score: detections.scores[row], classId: k, className });
    for (const g of rowsOf(objects, image * classes.length + k)) {
      if (objects.crowd[g] !== 0) continue;
      const isFound = likely.some((row) => overlapOf(detections.boxes, row, objects.boxes, g, false) >= iou);
      found.push({ box: boxAt(objects.boxes, g), className, isFound });
    }
  });
  return { detections: shown, objects: found };
}

function rowsOf({ start }: { readonly start: Int32Array }, cell: number): number[] {
  return Array.from({ length: start[cell + 1] - start[cell] }, (_, i) => start[cell] + i);
}

function boxAt(boxes: Float64Array, row: number): Box {
  const [left, top, width, height] = boxes.subarray(row * 4, row * 4 + 4);
  return { x1: left, y1: top, x2: left + width, y2: top + height };
}

import { overlapOf, type ScoredBoxes } from './coco-ap.js';
import { CROWD } from './coco-ap/tables.js';

export type ConfusionThresholds = {
  /** A detection takes an object that it overlaps at least this much. */
  readonly iou: number;
  /** Detections with a lower score are left out. */
  readonly score: number;
};

export const DEFAULT_CONFUSION: ConfusionThresholds = { iou: 0.5, score: 0.3 };

/** The name of the last row, for detections of nothing, and of the last column, for objects that were not found. */
export const BACKGROUND = 'background';

/**
 * Counts which class each object was detected as. The best score goes first; each detection takes the free object, of
 * any class, that it overlaps most. A detection that takes none is left out if it lies in a crowd of its class.
 * @returns [annotated class, detected class], with the background last in both
 */
export function confusionMatrix({ matcher, pairing }: ScoredBoxes, { iou, score }: ConfusionThresholds): number[][] {
  const { objects, detections } = matcher;
  const { classes } = objects;
  const background = classes;
  const counts = Array.from({ length: classes + 1 }, () => new Array<number>(classes + 1).fill(0));
  for (let i = 0; i < pairing.image.length; i++) {
    const image = pairing.image[i];
    const frame = pairing.frame[i];
    const [firstObject, endObject] = [objects.start[image * classes], objects.start[(image + 1) * classes]];
    const [from, to] =
      frame < 0 ? [0, 0] : [detections.start[frame * classes], detections.start[(frame + 1) * classes]];
    const taken = new Uint8Array(endObject - firstObject);
    const likely: number[] = [];
    for (let d = from; d < to; d++) if (detections.scores[d] >= score) likely.push(d);
    likely.sort((a, b) => detections.scores[b] - detections.scores[a] || a - b);
    for (const d of likely) {
      const cls = classOf(detections.start, frame * classes, d);
      let best = -1;
      let bestIou = iou;
      let isInCrowd = false;
      for (let g = firstObject; g < endObject; g++) {
        if (objects.crowd[g] === 0) {
          if (taken[g - firstObject] === 1) continue;
          const overlap = overlapOf(detections.boxes, d, objects.boxes, g, false);
          if (!(best < 0 ? overlap >= bestIou : overlap > bestIou)) continue;
          best = g;
          bestIou = overlap;
        } else if (classOf(objects.start, image * classes, g) === cls) {
          isInCrowd ||= overlapOf(detections.boxes, d, objects.boxes, g, objects.crowd[g] === CROWD) >= iou;
        }
      }
      if (best >= 0) taken[best - firstObject] = 1;
      if (best >= 0 || !isInCrowd) counts[best < 0 ? background : classOf(objects.start, image * classes, best)][cls]++;
    }
    for (let g = firstObject; g < endObject; g++) {
      if (objects.crowd[g] === 0 && taken[g - firstObject] === 0)
        counts[classOf(objects.start, image * classes, g)][background]++;
    }
  }
  return counts;
}

/**
 * The indices of the classes that occur, those with most objects if there are too many, and the background.
 * @returns `left`: the number of classes that occur and are left out
 */
export function classesShown(
  counts: readonly (readonly number[])[],
  most: number,
): { readonly shown: readonly number[]; readonly left: number } {
  const background = counts.length - 1;
  const totals = counts.map((row, k) => ({
    objects: row.reduce((sum, count) => sum + count, 0),
    detections: counts.reduce((sum, other) => sum + other[k], 0),
  }));
  const occurring = Array.from({ length: background }, (_, k) => k).filter(
    (k) => totals[k].objects + totals[k].detections > 0,
  );
  const shown = [...occurring]
    .sort((a, b) => totals[b].objects - totals[a].objects || totals[b].detections - totals[a].detections)
    .slice(0, most)
    .sort((a, b) => a - b);
  return { shown: [...shown, background], left: occurring.length - shown.length };
}

/** The class of a row of a grouped table. @param cell of the group's first class */
function classOf(start: Int32Array, cell: number, row: number): number {
  let k = 0;
  while (start[cell + k + 1] <= row) k++;
  return k;
}

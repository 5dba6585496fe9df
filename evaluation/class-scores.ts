import { meanPrecision, meanRecall, type CocoEvaluation } from './coco-ap.js';
import type { GroundTruthClass } from './ground-truth.js';
import { idText } from './record-id.js';

/** The scores of one class, 0 to 1; null if it has no object to find. */
export type ClassScore = {
  /** Annotated objects to find, without crowds. */
  readonly objects: number;
  /** Detections that were scored: of each image the best, up to the greatest of `maxDets`. */
  readonly detections: number;
  readonly AP: number | null;
  readonly AP50: number | null;
  readonly AP75: number | null;
  /** With the greatest of `maxDets`. */
  readonly AR: number | null;
};

/** By class index. */
export function classScores({ apPerClass, accumulated, scored: { matcher, pairing } }: CocoEvaluation): ClassScore[] {
  const { objects, detections } = matcher;
  const { classes } = objects;
  return apPerClass.map((AP, k) => {
    let objectCount = 0;
    let detectionCount = 0;
    for (let i = 0; i < pairing.image.length; i++) {
      const cell = pairing.image[i] * classes + k;
      for (let g = objects.start[cell]; g < objects.start[cell + 1]; g++) if (objects.crowd[g] === 0) objectCount++;
      const frame = pairing.frame[i];
      if (frame >= 0)
        detectionCount += detections.start[frame * classes + k + 1] - detections.start[frame * classes + k];
    }
    return {
      objects: objectCount,
      detections: detectionCount,
      AP,
      AP50: meanPrecision(accumulated, { classIndex: k, threshold: 0 }),
      AP75: meanPrecision(accumulated, { classIndex: k, threshold: 5 }),
      AR: meanRecall(accumulated, { classIndex: k }),
    };
  });
}

/** By the names of {@link uniqueNames}. */
export function namedClassScores(
  classes: readonly GroundTruthClass[],
  evaluation: CocoEvaluation,
): Readonly<Record<string, ClassScore>> {
  const scores = classScores(evaluation);
  return Object.fromEntries(uniqueNames(classes).map((name, k) => [name, scores[k]]));
}

/** The names of classes; a name that several classes have is followed by their id. */
export function uniqueNames(classes: readonly GroundTruthClass[]): string[] {
  const isShared = (name: string): boolean => classes.filter((other) => other.name === name).length > 1;
  return classes.map(({ id, name }) => (isShared(name) ? `${name} (id ${idText(id)})` : name));
}

import { accumulate, type Accumulated, type Pairing } from './coco-ap/accumulate.js';
import { matcher, type Matcher } from './coco-ap/match.js';
import { DEFAULT_LIMITS, type DetectionLimits } from './coco-ap/parameters.js';
import { apPerClass, cocoStats, type CocoStats } from './coco-ap/summarize.js';
import { detectionTable, objectTable, type DetectionColumns, type ObjectColumns } from './coco-ap/tables.js';

export { accumulate, averagePrecision, type Accumulated, type Pairing } from './coco-ap/accumulate.js';
export { matcher, overlapOf, type Matcher, type Outcome } from './coco-ap/match.js';
export {
  AREA_RANGES,
  DEFAULT_LIMITS,
  IOU_THRESHOLDS,
  RECALL_THRESHOLDS,
  type DetectionLimits,
} from './coco-ap/parameters.js';
export { apResampler, type ResampledAp } from './coco-ap/resample.js';
export { COCO_STATS, meanPrecision, meanRecall, type CocoStats } from './coco-ap/summarize.js';
export {
  detectionTable,
  objectTable,
  type DetectionColumns,
  type DetectionTable,
  type ObjectColumns,
  type ObjectTable,
} from './coco-ap/tables.js';

/** The result of COCO's box evaluation of a set of detections. */
export type CocoEvaluation = {
  readonly stats: CocoStats;
  /** AP by class index; null for a class without a counted object. */
  readonly apPerClass: readonly (number | null)[];
  readonly accumulated: Accumulated;
  /** @internal The boxes behind the numbers, for tables of another kind. */
  readonly scored: ScoredBoxes;
};

/** Objects and detections, and which frame's detections each image is scored with. */
export type ScoredBoxes = { readonly matcher: Matcher; readonly pairing: Pairing };

/**
 * COCO's box evaluation with the numbers of pycocotools' `COCOeval`, `iouType='bbox'`, to the last bit except for the
 * order in which a mean is summed. A detection's frame is an image index here.
 * @param images number of images; images and classes are numbered in ascending order of their ids
 */
export function evaluateBoxes(
  objects: ObjectColumns,
  detections: DetectionColumns,
  images: number,
  classes: number,
  limits: DetectionLimits = DEFAULT_LIMITS,
): CocoEvaluation {
  return evaluatePairing(
    matcher(objectTable(objects, images, classes), detectionTable(detections, images, classes, limits)),
    everyImageWithItself(images),
  );
}

/** The same for images that are paired with frames; one matcher serves any number of pairings. */
export function evaluatePairing(from: Matcher, pairing: Pairing): CocoEvaluation {
  const accumulated = accumulate(from, pairing);
  return {
    stats: cocoStats(accumulated),
    apPerClass: apPerClass(accumulated),
    accumulated,
    scored: { matcher: from, pairing },
  };
}

/** The pairing of plain evaluation. */
export function everyImageWithItself(images: number): Pairing {
  const itself = Int32Array.from({ length: images }, (_, i) => i);
  return { image: itself, frame: itself };
}

import { DEFAULT_LIMITS, type DetectionLimits } from '../../../evaluation/coco-ap.js';
import { DEFAULT_CONFUSION, type ConfusionThresholds } from '../../../evaluation/confusion.js';

export { DEFAULT_CONFUSION, DEFAULT_LIMITS, type ConfusionThresholds, type DetectionLimits };

/** How boxes are scored, the same in every evaluation. */
export type Scoring = {
  /** Numbers of an image's best detections of a class that count. */
  readonly maxDets: DetectionLimits;
  /** Of the confusion matrix. */
  readonly confusion: ConfusionThresholds;
};

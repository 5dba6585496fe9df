import type { ModelConfig } from '../../config/run-config.js';

/** YOLOX's own thresholds for evaluation: AP counts the unlikely detections too. */
export const AP_THRESHOLDS = { conf: 0.01, nms: 0.65 } as const;

/** The detector to evaluate. */
export type DetectorChoice = {
  readonly model: ModelConfig;
  /** Lowest score that is kept, 0 to 1. */
  readonly conf: number;
  /** IoU above which the worse of two boxes of a class goes, 0 to 1. */
  readonly nms: number;
};

import type { ModelConfig } from '../../config/run-config.js';

/** YOLOX's own thresholds for evaluation: AP counts unlikely detections too. */
export const AP_THRESHOLDS = { conf: 0.01, nms: 0.65 } as const;

/** The detector to evaluate. */
export type DetectorChoice = {
  readonly model: ModelConfig;
  /** Detections with a lower score are dropped, 0 to 1. */
  readonly conf: number;
  /** IoU above which NMS drops the lower-scored of two boxes of a class, 0 to 1. */
  readonly nms: number;
};

import type { ModelConfig } from '../../config/run-config.js';
import type { Detector } from '../../core/detector.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import type { AppContext } from '../context.js';
import { detectorOptions } from '../run/detector-options.js';

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

/** @throws ModelError where the model cannot be found or does not run */
export async function openEvalDetector({ model, conf, nms }: DetectorChoice, context: AppContext): Promise<Detector> {
  return createProcessDetector(await detectorOptions({ model, detect: { conf, nms, nmsMode: 'per-class', classes: undefined } }, context));
}

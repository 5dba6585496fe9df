import type { ModelDetector } from '../../core/detector.js';
import { createProcessDetector } from '../../model/host/process-detector.js';
import type { AppContext } from '../context.js';
import { detectorOptions, MAX_FAILED_STARTS } from '../run/detector-options.js';
import type { DetectorChoice } from './detector-choice.js';

/** @throws ModelError if the model cannot be found or does not run */
export async function openEvalDetector(
  { model, conf, nms }: DetectorChoice,
  context: AppContext,
  { findsPlacement = false } = {},
): Promise<ModelDetector> {
  return createProcessDetector({
    ...(await detectorOptions({ model, detect: { conf, nms, nmsMode: 'per-class', classes: undefined } }, context)),
    // YOLOX's own evaluation scores boxes as the network gives them.
    keepsOutside: true,
    findsPlacement,
    maxFailedStarts: MAX_FAILED_STARTS,
  });
}

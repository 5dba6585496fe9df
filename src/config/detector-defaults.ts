import { detectKeys } from './keys/detect-keys.js';
import { modelKeys } from './keys/model-keys.js';

/** The defaults of a detector, for callers that open one without a configuration. */
export const DETECTOR_DEFAULTS = {
  model: modelKeys.path.default,
  provider: modelKeys.provider.default,
  conf: detectKeys.conf.default,
  nms: detectKeys.nms.default,
  nmsMode: detectKeys.nms_mode.default,
} as const;

/** The defaults of a camera. This file imports nothing, because the registry reads it at every start. */
export const CAMERA_DEFAULTS = {
  transport: 'auto',
  timeoutMs: 5_000,
  maxBehindMs: 2_000,
  snapshotIntervalMs: 1_000,
} as const;

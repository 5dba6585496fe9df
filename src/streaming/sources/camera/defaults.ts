/**
 * A camera that was asked for without further words. In a file that loads nothing, since the registry needs it at every
 * start.
 */
export const CAMERA_DEFAULTS = { transport: 'auto', timeoutMs: 5_000, maxBehindMs: 2_000 } as const;

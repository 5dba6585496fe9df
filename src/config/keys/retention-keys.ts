import type { Keys } from '../../core/keys.js';

/**
 * The keys that limit a folder of files.
 * @param presetMb in megabytes
 */
export function retentionKeys(presetMb: number) {
  return {
    retain_days: {
      type: 'number',
      above: 0,
      max: 36_500,
      description: 'Remove files that are older, in days.',
      default: 10,
    },
    retain_mb: {
      type: 'number',
      above: 0,
      description: 'Remove the oldest files when all of them together are larger, in megabytes.',
      default: presetMb,
    },
  } as const satisfies Keys;
}

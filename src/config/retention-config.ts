import type { Retention } from '../core/retention.js';

/** The limits of a folder, from its keys. */
export function retentionOf({
  retain_days: days,
  retain_mb: mb,
}: {
  readonly retain_days: number;
  readonly retain_mb: number;
}): Retention {
  return { maxAgeMs: days * 86_400_000, maxBytes: mb * 1e6 };
}

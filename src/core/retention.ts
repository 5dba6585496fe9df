/** Files beyond either bound are removed, the oldest first. */
export type Retention = { readonly maxAgeMs: number; readonly maxBytes: number };

export type DatedFile = {
  readonly path: string;
  readonly bytes: number;
  /** Unix time. */
  readonly atMs: number;
};

/**
 * The files to remove: those that are too old, and as many more as all of them together are too large.
 * @param totalBytes of all files
 */
export function beyond(
  { maxAgeMs, maxBytes }: Retention,
  oldestFirst: Iterable<DatedFile>,
  totalBytes: number,
  nowMs: number,
): DatedFile[] {
  const removed: DatedFile[] = [];
  let left = totalBytes;
  for (const file of oldestFirst) {
    if (left <= maxBytes && nowMs - file.atMs <= maxAgeMs) break;
    left -= file.bytes;
    removed.push(file);
  }
  return removed;
}

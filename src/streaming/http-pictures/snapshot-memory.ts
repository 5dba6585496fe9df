/** Tells new pictures of a snapshot camera from old ones, over all connections. */
export type SnapshotMemory = {
  /**
   * @param askedAtMs when this answer was asked for, on the monotonic clock
   * @returns `takenAfterMs`: undefined where there was no other picture before
   */
  next(data: Uint8Array, askedAtMs: number): { readonly isNew: boolean; readonly takenAfterMs: number | undefined };
};

/**
 * The same bytes are the same picture, however often it is asked for: a camera that is stuck must look as old as it is.
 * A camera may answer with a picture that it took earlier, but with its newest: one that differs from the answer before
 * was not there yet when that one was asked for.
 */
export function snapshotMemory(): SnapshotMemory {
  let last: Buffer | undefined;
  let lastAskedAtMs: number | undefined;
  return {
    next: (data, askedAtMs) => {
      const isNew = last?.equals(data) !== true;
      const takenAfterMs = lastAskedAtMs;
      lastAskedAtMs = askedAtMs;
      if (isNew) last = Buffer.from(data);
      return { isNew, takenAfterMs };
    },
  };
}

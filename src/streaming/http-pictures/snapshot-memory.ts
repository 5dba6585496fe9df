/** Separates new pictures of a snapshot camera from old ones, over all connections. */
export type SnapshotMemory = {
  /**
   * @param askedAtMs time of the request for this picture, on the monotonic clock
   * @returns `takenAfterMs`: undefined if there was no other picture before
   */
  next(data: Uint8Array, askedAtMs: number): { readonly isNew: boolean; readonly takenAfterMs: number | undefined };
};

/**
 * Identical bytes are the same picture, in any number of answers: a stuck camera must look as old as it is. A camera
 * may respond with an older picture, but always with its newest. So a picture that differs from the previous one did
 * not exist yet when the previous one was requested.
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

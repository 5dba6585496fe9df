/** The decoder's progress with a stream. Times on the monotonic clock, in milliseconds. */
export type DecoderPace = {
  /** Arrival of the oldest unit whose picture is outstanding; undefined if there is none. */
  readonly owedSinceMs: number | undefined;
  /** Time at which it returned its last picture; undefined before the first. */
  readonly lastPictureAtMs: number | undefined;
};

/** How long it has had outstanding pictures without returning any. */
export function silenceMs({ owedSinceMs, lastPictureAtMs = -Infinity }: DecoderPace, atMs: number): number {
  return owedSinceMs === undefined ? 0 : Math.max(0, atMs - Math.max(owedSinceMs, lastPictureAtMs));
}

/**
 * True if an outstanding picture is too old while the decoder still returns others. A decoder that returns none may
 * need a key picture to continue.
 */
export function isBehind(
  { owedSinceMs, lastPictureAtMs = -Infinity }: DecoderPace,
  atMs: number,
  maxBehindMs: number,
): boolean {
  return owedSinceMs !== undefined && atMs - owedSinceMs > maxBehindMs && atMs - lastPictureAtMs <= maxBehindMs;
}

/** How far a decoder is with a stream. Times on the monotonic clock, in milliseconds. */
export type DecoderPace = {
  /** When the unit arrived whose picture it owes the longest; undefined where it owes none. */
  readonly owedSinceMs: number | undefined;
  /** When it gave its last picture; undefined before the first. */
  readonly lastPictureAtMs: number | undefined;
};

/** For how long it has owed pictures and given none. */
export function silenceMs({ owedSinceMs, lastPictureAtMs = -Infinity }: DecoderPace, atMs: number): number {
  return owedSinceMs === undefined ? 0 : Math.max(0, atMs - Math.max(owedSinceMs, lastPictureAtMs));
}

/** It owes a picture that is too old, and still gives others: a decoder that gives none may need a key picture to go on. */
export function isBehind({ owedSinceMs, lastPictureAtMs = -Infinity }: DecoderPace, atMs: number, maxBehindMs: number): boolean {
  return owedSinceMs !== undefined && atMs - owedSinceMs > maxBehindMs && atMs - lastPictureAtMs <= maxBehindMs;
}

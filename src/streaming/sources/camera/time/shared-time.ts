/** A picture's times: in its stream, and of its capture on the monotonic clock. */
export type TimedPicture = { readonly ptsMs: number; readonly capturedAtMs: number };

/** Estimates of the time of capture are no more certain, and a picture that is moved has another interval. */
const KEPT_WITHIN_MS = 20;
/** Whoever follows a stream takes a greater step for another beginning. */
const ANEW_MS = 2000;
/** Pictures wait so long for the first of the other stream. */
const PATIENCE_MS = 10_000;
/** Far from the times of a stream that may begin later. */
const OWN_TIME_MS = 10 * 24 * 3_600_000;

/**
 * Gives the pictures of one stream of a camera the times of its other stream: pictures of one moment have the same, as
 * far as the moments of capture are known. A correction comes with a key picture, so that times between are spaced as
 * the camera spaces them.
 */
export class SharedTime {
  /** Capture minus presentation, in the other stream. */
  #otherMs: number | undefined;
  /** Given time minus own time; undefined while pictures wait. */
  #shiftMs: number | undefined;
  #newestMs = -Infinity;
  #firstMs: number | undefined;

  /** The other stream has this picture. */
  other({ ptsMs, capturedAtMs }: TimedPicture): void {
    this.#otherMs = capturedAtMs - ptsMs;
  }

  /**
   * The time of a picture in milliseconds; undefined for one that cannot be placed. In the order of sending.
   *
   * If the other stream does not begin for ten seconds, times are of their own until it does.
   */
  ptsMsOf(picture: TimedPicture & { readonly isKey: boolean }): number | undefined {
    if (picture.isKey) this.#align(picture);
    if (this.#shiftMs === undefined) return undefined;
    const ptsMs = picture.ptsMs + this.#shiftMs;
    // A B-picture may be shown before the first key picture.
    if (ptsMs < 0) return undefined;
    this.#newestMs = Math.max(this.#newestMs, ptsMs);
    return ptsMs;
  }

  #align({ ptsMs, capturedAtMs }: TimedPicture): void {
    this.#firstMs ??= capturedAtMs;
    if (this.#otherMs === undefined) {
      if (capturedAtMs - this.#firstMs >= PATIENCE_MS) this.#shiftMs ??= OWN_TIME_MS - ptsMs;
      return;
    }
    const wantedMs = capturedAtMs - this.#otherMs - ptsMs;
    if (ptsMs + wantedMs < 0) return;
    const stepMs = this.#shiftMs === undefined ? Infinity : Math.abs(wantedMs - this.#shiftMs);
    if (stepMs <= KEPT_WITHIN_MS) return;
    const isAnew = stepMs >= ANEW_MS;
    this.#shiftMs = isAnew ? wantedMs : Math.max(wantedMs, this.#newestMs + 1 - ptsMs);
    if (isAnew) this.#newestMs = -Infinity;
  }
}

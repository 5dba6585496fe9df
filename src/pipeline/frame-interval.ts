/** Number of differences in the median, and the largest possible interval: a longer one is a gap. */
const WINDOW = 31;
const LONGEST_INTERVAL_MS = 2000;

/** Learns a stream's frame interval from presentation times: the median of the last differences. */
export class FrameIntervalEstimator {
  readonly #differences: number[] = [];
  #lastPtsMs: number | undefined;
  #count = 0;
  #medianMs: number | undefined;

  observe(ptsMs: number): void {
    const last = this.#lastPtsMs;
    this.#lastPtsMs = ptsMs;
    if (last === undefined) return;
    const difference = ptsMs - last;
    if (difference <= 0 || difference > LONGEST_INTERVAL_MS) return;
    this.#differences[this.#count++ % WINDOW] = difference;
    this.#medianMs = undefined;
  }

  /** Milliseconds; undefined before the second frame. */
  intervalMs(): number | undefined {
    if (this.#differences.length === 0) return undefined;
    return (this.#medianMs ??= [...this.#differences].sort((a, b) => a - b)[this.#differences.length >> 1]);
  }
}

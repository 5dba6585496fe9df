const HALF = 2 ** 31;

/**
 * Converts the 32-bit timestamps of one RTP source to milliseconds that do not wrap. It reads each timestamp as the
 * value nearest to the previous one. So pictures may go back (B-pictures), and jumps of the sender remain visible.
 */
export class RtpTime {
  readonly #clockRate: number;
  #ticks: number | undefined;

  /** @param clockRate ticks a second, from the SDP's rtpmap; 90,000 for every video format here. */
  constructor(clockRate: number) {
    if (!(clockRate > 0 && Number.isFinite(clockRate)))
      throw new RangeError(`RTP clock rate must be positive, not ${clockRate}`);
    this.#clockRate = clockRate;
  }

  /** The time of a picture; later timestamps are read relative to it. */
  pictureMs(timestamp: number): number {
    this.#ticks = this.#nearest(timestamp);
    return this.#toMs(this.#ticks);
  }

  /**
   * The time of a sender report. Reports may lag behind or run ahead of pictures, so pictures are not read relative to
   * them.
   */
  reportMs(timestamp: number): number {
    const ticks = this.#nearest(timestamp);
    this.#ticks ??= ticks;
    return this.#toMs(ticks);
  }

  /** Another source begins: its timestamps have their own random offset (RFC 3550 §5.1). */
  reset(): void {
    this.#ticks = undefined;
  }

  #nearest(timestamp: number): number {
    if (this.#ticks === undefined) return timestamp >>> 0;
    const step = (timestamp - this.#ticks) | 0;
    // Exactly half the range is ambiguous; time goes forward.
    return this.#ticks + (step === -HALF ? HALF : step);
  }

  #toMs(ticks: number): number {
    return (ticks * 1000) / this.#clockRate;
  }
}

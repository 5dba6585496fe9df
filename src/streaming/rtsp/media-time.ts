const HALF = 2 ** 31;

/**
 * Puts the 32-bit timestamps of one RTP source on one scale of milliseconds that does not wrap. Each timestamp is read as the value
 * nearest to the one before it, so pictures may go back (B-pictures) and the sender's jumps pass through as they are.
 */
export class MediaTime {
  readonly #clockRate: number;
  #ticks: number | undefined;

  /** @param clockRate ticks a second, from the SDP's rtpmap; 90,000 for every video format here. */
  constructor(clockRate: number) {
    if (!(clockRate > 0 && Number.isFinite(clockRate))) throw new RangeError(`RTP clock rate must be positive, not ${clockRate}`);
    this.#clockRate = clockRate;
  }

  /** The time of a picture; the next timestamps are read as near to this one. */
  pictureMs(timestamp: number): number {
    this.#ticks = this.#nearest(timestamp);
    return this.#toMs(this.#ticks);
  }

  /** The time of a sender report. Reports may lag behind or run ahead of pictures, so pictures are not read against them. */
  reportMs(timestamp: number): number {
    const ticks = this.#nearest(timestamp);
    this.#ticks ??= ticks;
    return this.#toMs(ticks);
  }

  /** Another source begins: its timestamps have a random offset of their own (RFC 3550 §5.1). */
  reset(): void {
    this.#ticks = undefined;
  }

  #nearest(timestamp: number): number {
    if (this.#ticks === undefined) return timestamp >>> 0;
    const step = (timestamp - this.#ticks) | 0;
    // Half the range is as far forward as backward; time goes forward.
    return this.#ticks + (step === -HALF ? HALF : step);
  }

  #toMs(ticks: number): number {
    return (ticks * 1000) / this.#clockRate;
  }
}

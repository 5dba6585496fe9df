/** The two clocks of a camera, as functions of ours: each may be wrong in its own way. */
export class CameraClock {
  readonly #startMs: number;
  readonly #rate: number;
  readonly #unixAtZeroMs: number;
  #mediaOffsetMs = 0;
  #wallOffsetMs: number;

  /** @param startMs media time is 0 there, on the monotonic clock */
  constructor(startMs: number, unixAtZeroMs: number, { wallSkewMs, driftPpm }: { readonly wallSkewMs: number; readonly driftPpm: number }) {
    this.#startMs = startMs;
    this.#unixAtZeroMs = unixAtZeroMs;
    this.#rate = 1 + driftPpm / 1e6;
    this.#wallOffsetMs = wallSkewMs;
  }

  mediaMs(atMs: number): number {
    return (atMs - this.#startMs) * this.#rate + this.#mediaOffsetMs;
  }

  /** Unix time as the camera has it. */
  wallMs(atMs: number): number {
    return this.#unixAtZeroMs + atMs + this.#wallOffsetMs;
  }

  jumpMedia(ms: number): void {
    this.#mediaOffsetMs += ms;
  }

  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }
}

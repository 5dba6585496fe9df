/** The two clocks of a camera, as functions of ours: each may have its own errors. */
export class CameraClock {
  readonly #startMs: number;
  readonly #rate: number;
  readonly #unixAtZeroMs: number;
  #mediaOffsetMs = 0;
  #wallOffsetMs: number;
  #standsSinceMs: number | undefined;

  /** @param startMs the moment of media time 0, on the monotonic clock */
  constructor(
    startMs: number,
    unixAtZeroMs: number,
    { wallSkewMs, driftPpm }: { readonly wallSkewMs: number; readonly driftPpm: number },
  ) {
    this.#startMs = startMs;
    this.#unixAtZeroMs = unixAtZeroMs;
    this.#rate = 1 + driftPpm / 1e6;
    this.#wallOffsetMs = wallSkewMs;
  }

  mediaMs(atMs: number): number {
    return (Math.min(atMs, this.#standsSinceMs ?? Infinity) - this.#startMs) * this.#rate + this.#mediaOffsetMs;
  }

  /** The camera's Unix time. */
  wallMs(atMs: number): number {
    return this.#unixAtZeroMs + atMs + this.#wallOffsetMs;
  }

  jumpMedia(ms: number): void {
    this.#mediaOffsetMs += ms;
  }

  /** Media time stands still from then on. */
  standMedia(sinceMs: number): void {
    this.#standsSinceMs = sinceMs;
  }

  /** Media time continues from where it stopped. */
  releaseMedia(atMs: number): void {
    if (this.#standsSinceMs === undefined) return;
    this.#mediaOffsetMs -= (atMs - this.#standsSinceMs) * this.#rate;
    this.#standsSinceMs = undefined;
  }

  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }
}

/** A source of milliseconds that never go back. RxJS's `TimestampProvider` and `TestScheduler` are clocks too. */
export type Clock = {
  /** Milliseconds on a monotonic scale; only differences have meaning. */
  now(): number;
};

/** Converts a monotonic stamp to the Unix time of people and other machines. */
export type WallClock = {
  /** @param monotonicMs a stamp of the {@link Clock} that this wall clock was made for; returns Unix milliseconds. */
  toUnixMs(monotonicMs: number): number;
};

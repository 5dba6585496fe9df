/** Something that tells milliseconds that never go back. RxJS's `TimestampProvider` and `TestScheduler` are clocks too. */
export type Clock = {
  /** Milliseconds on a monotonic scale; only differences mean anything. */
  now(): number;
};

/** Translates a monotonic stamp into the Unix time that people and other machines understand. */
export type WallClock = {
  /** @param monotonicMs a stamp of the {@link Clock} that this wall clock was made for; returns Unix milliseconds. */
  toUnixMs(monotonicMs: number): number;
};

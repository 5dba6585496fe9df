import { build } from 'hdr-histogram-js';

/** In milliseconds. */
export type Distribution = {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
};

/** Microseconds are counted up to two minutes with three significant digits. */
const HIGHEST_US = 120_000_000;

/** A distribution of durations, in memory of a fixed size. */
export class DurationHistogram {
  readonly #histogram = build({ highestTrackableValue: HIGHEST_US, numberOfSignificantValueDigits: 3 });
  /** The histogram's own mean walks over all of its cells, which blocks the event loop for 2 ms each time. */
  #sumUs = 0;

  add(ms: number): void {
    const us = Math.min(HIGHEST_US, Math.max(0, Math.round(ms * 1000)));
    this.#histogram.recordValue(us);
    this.#sumUs += us;
  }

  /** All zeros before the first duration. Cheap enough to compute every second. */
  distribution(): Distribution {
    const count = this.#histogram.totalCount;
    const at = (percentile: number): number =>
      count === 0 ? 0 : this.#histogram.getValueAtPercentile(percentile) / 1000;
    return {
      count,
      mean: count === 0 ? 0 : this.#sumUs / count / 1000,
      min: at(0),
      p50: at(50),
      p90: at(90),
      p99: at(99),
      max: at(100),
    };
  }
}

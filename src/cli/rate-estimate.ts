import type { Clock } from '../core/clock.js';

/** Before, a first item that took long, or a burst of buffered ones, would decide alone. */
const MIN_WINDOW_MS = 1000;

type Mark = { readonly value: number; readonly atMs: number };

/**
 * The rate of counted work, from at least the last half of its time: it follows a change, and no short burst or pause
 * decides.
 */
export class RateEstimate {
  readonly #clock: Clock;
  readonly #total: number | undefined;
  readonly #startedMs: number;
  /** The rate is counted from here. */
  #from: Mark;
  /** Takes the place of `#from` once the work has taken twice its time. */
  #next: Mark;
  #value: number;

  /** @param from work done earlier, which took none of this time */
  constructor(clock: Clock, from: number, total: number | undefined) {
    this.#clock = clock;
    this.#total = total;
    this.#value = from;
    this.#startedMs = clock.now();
    this.#from = this.#next = { value: from, atMs: this.#startedMs };
  }

  set(value: number): void {
    this.#value = value;
    const atMs = this.#clock.now();
    if (atMs - this.#next.atMs < Math.max(MIN_WINDOW_MS, this.#next.atMs - this.#startedMs)) return;
    this.#from = this.#next;
    this.#next = { value, atMs };
  }

  /** Items a second; undefined as long as it is unknown. */
  perSecond(): number | undefined {
    const ms = this.#clock.now() - this.#from.atMs;
    const count = this.#value - this.#from.value;
    return ms < MIN_WINDOW_MS || count <= 0 ? undefined : (1000 * count) / ms;
  }

  /** Undefined if the total or the rate is unknown. */
  leftMs(): number | undefined {
    const rate = this.perSecond();
    return this.#total === undefined || rate === undefined
      ? undefined
      : (1000 * Math.max(0, this.#total - this.#value)) / rate;
  }
}

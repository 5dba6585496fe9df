import type { LogFacts, ProgressBarOptions } from '../app/context.js';
import type { Clock } from '../core/clock.js';
import { durationText } from '../core/duration-text.js';
import { round3 } from '../core/round.js';
import { RateEstimate } from './rate-estimate.js';

/** What there is to say of a work in progress, for terminals and logs. */
export class WorkProgress {
  readonly #options: ProgressBarOptions;
  readonly #rate: RateEstimate;
  #value: number;

  constructor(options: ProgressBarOptions, clock: Clock) {
    this.#options = options;
    this.#value = options.from ?? 0;
    this.#rate = new RateEstimate(clock, this.#value, options.total);
  }

  set(value: number): void {
    this.#value = value;
    this.#rate.set(value);
  }

  /** `240 of 600 frames`. */
  count(): string {
    const { total, unit } = this.#options;
    return `${this.#value}${total === undefined ? '' : ` of ${total}`} ${unit}`;
  }

  /** `8.2 s left`; empty as long as it is unknown. */
  left(): string {
    const ms = this.#leftMs();
    return ms === undefined ? '' : `${durationText(ms)} left`;
  }

  details(): string {
    const { details, unit } = this.#options;
    if (details !== undefined) return details().text;
    const rate = this.#rate.perSecond();
    return rate === undefined ? '' : `${rateText(rate)} ${unit}/s`;
  }

  facts(): LogFacts {
    const { details } = this.#options;
    const rate = this.#rate.perSecond();
    const leftMs = this.#leftMs();
    return {
      ...(details !== undefined ? details().facts : rate !== undefined && { perSecond: round3(rate) }),
      ...(leftMs !== undefined && { secondsLeft: Math.round(leftMs / 1000) }),
    };
  }

  #leftMs(): number | undefined {
    const { leftMs } = this.#options;
    return leftMs === undefined ? this.#rate.leftMs() : leftMs();
  }
}

function rateText(perSecond: number): string {
  return perSecond < 10 ? String(Number(perSecond.toPrecision(2))) : perSecond.toFixed(0);
}

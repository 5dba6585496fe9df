import type { Log, Progress, ProgressBar, ProgressBarOptions } from '../app/context.js';
import type { Clock } from '../core/clock.js';
import { WorkProgress } from './work-progress.js';

/** The first line comes after so long. */
const FIRST_MS = 10_000;
/** A run of months writes a line in so long. */
const RAREST_MS = 600_000;
/** Lines become rarer with the time that the work takes. */
const SHARE = 1 / 10;

/** Progress without a terminal: now and then a line of the log. */
export class PlainProgress implements Progress {
  readonly #log: Pick<Log, 'info'>;
  readonly #clock: Clock;

  constructor(log: Pick<Log, 'info'>, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  bar(options: ProgressBarOptions): ProgressBar {
    const work = new WorkProgress(options, this.#clock);
    const startedMs = this.#clock.now();
    let saidMs = startedMs;
    return {
      set: (value) => {
        work.set(value);
        const nowMs = this.#clock.now();
        const everyMs = Math.min(Math.max(FIRST_MS, (nowMs - startedMs) * SHARE), RAREST_MS);
        if (nowMs - saidMs < everyMs) return;
        saidMs = nowMs;
        this.#log.info(`${options.label}: ${work.count()}`, work.facts());
      },
      done: () => undefined,
    };
  }
}

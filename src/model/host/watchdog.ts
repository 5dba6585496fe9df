import type { After } from '../../core/after.js';
import { RuntimeEstimator } from '../../scheduling/runtime-profile.js';

const PATIENCE = 20;
const WINDOW = 25;

/** The timers of the event loop. */
export const realAfter: After = (ms, action) => {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
};

/** Distinguishes a hung run from a slow one by the durations of earlier runs. */
export class Watchdog {
  readonly #floorMs: number;
  readonly #patience: number;
  readonly #after: After;
  readonly #onHung: (limitMs: number) => void;
  readonly #runtimes = new RuntimeEstimator(WINDOW);
  #cancel: (() => void) | undefined;

  /**
   * @param floorMs no run is considered hung before this
   * @param patience a run this many times slower than the median is hung, not slow
   */
  constructor(floorMs: number, onHung: (limitMs: number) => void, after: After, patience = PATIENCE) {
    this.#floorMs = floorMs;
    this.#patience = patience;
    this.#onHung = onHung;
    this.#after = after;
  }

  /** The longest allowed time of the next run. */
  get limitMs(): number {
    return Math.max(this.#floorMs, this.#patience * this.#runtimes.medianMs());
  }

  learn(runtimeMs: number): void {
    this.#runtimes.add(runtimeMs);
  }

  /**
   * Notes the begin of a run.
   * @param factor stretches the limit of this run
   */
  arm(factor = 1): void {
    this.disarm();
    const limitMs = this.limitMs * factor;
    this.#cancel = this.#after(limitMs, () => {
      // If this process itself was suspended, the result may be unread: one turn of the event loop reads it first.
      this.#cancel = this.#after(0, () => {
        this.#cancel = undefined;
        this.#onHung(limitMs);
      });
    });
  }

  disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

import { RuntimeEstimator } from '../../scheduling/runtime-profile.js';

/** A run this many times slower than the median is hung, not slow. */
const PATIENCE = 20;
const WINDOW = 25;

/** Calls `action` after `ms`; the returned function takes it back. */
export type After = (ms: number, action: () => void) => () => void;

/** The timers of the event loop. */
export const realAfter: After = (ms, action) => {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
};

/** Tells a hung run from a slow one by the runs before it. */
export class Watchdog {
  readonly #floorMs: number;
  readonly #after: After;
  readonly #onHung: (limitMs: number) => void;
  readonly #runtimes = new RuntimeEstimator(WINDOW);
  #cancel: (() => void) | undefined;

  /** @param floorMs a run is never called hung before this */
  constructor(floorMs: number, onHung: (limitMs: number) => void, after: After) {
    this.#floorMs = floorMs;
    this.#onHung = onHung;
    this.#after = after;
  }

  /** How long the next run may take. */
  get limitMs(): number {
    return Math.max(this.#floorMs, PATIENCE * this.#runtimes.medianMs());
  }

  learn(runtimeMs: number): void {
    this.#runtimes.add(runtimeMs);
  }

  /** A run begins now. */
  arm(): void {
    this.disarm();
    const limitMs = this.limitMs;
    this.#cancel = this.#after(limitMs, () => {
      // Where this process itself stood still, the answer may lie unread: one turn of the event loop reads it first.
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

import type { After } from '../../../src/core/after.js';

/** Timers that fire when the test decides. */
export class FakeTime {
  #nowMs = 0;
  #timers: { dueMs: number; action: () => void }[] = [];

  readonly after: After = (ms, action) => {
    const timer = { dueMs: this.#nowMs + ms, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  get pending(): number {
    return this.#timers.length;
  }

  /** Lets time pass; timers fire in the order of their deadlines, including timers that they set. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#timers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.dueMs;
      next.action();
    }
    this.#nowMs = untilMs;
  }
}

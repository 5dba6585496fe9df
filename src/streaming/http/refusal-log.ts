import type { Clock } from '../../core/clock.js';

/** Refusals of one kind that follow within this time are counted, and logged in one line at its end. */
const SUMMARY_AFTER_MS = 60_000;
/** Kinds that are told apart; the others are counted together. */
const MOST_KINDS = 50;
/** Kinds that a summary names. */
const NAMED = 5;

/** Logs refusals: the first of each address and reason at once, those that follow as a count. */
export class RefusalLog {
  readonly #clock: Clock;
  readonly #onWarning: (message: string) => void;
  /** Since the first line: the count of each kind. */
  readonly #counts = new Map<string, number>();
  #others = 0;
  #sinceMs = 0;

  constructor(clock: Clock, onWarning: (message: string) => void) {
    this.#clock = clock;
    this.#onWarning = onWarning;
  }

  /** @param reason in few words, without any text of the client */
  refused(address: string, reason: string): void {
    if (this.#counts.size === 0) this.#sinceMs = this.#clock.now();
    const kind = `${address} (${reason})`;
    const count = this.#counts.get(kind);
    if (count !== undefined) this.#counts.set(kind, count + 1);
    else if (this.#counts.size >= MOST_KINDS) this.#others += 1;
    else {
      this.#counts.set(kind, 0);
      this.#onWarning(`refused ${kind}`);
    }
  }

  /** Call it once a second. */
  tick(): void {
    if (this.#counts.size > 0 && this.#clock.now() - this.#sinceMs >= SUMMARY_AFTER_MS) this.flush();
  }

  /** Logs what was counted. */
  flush(): void {
    const repeated = [...this.#counts].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
    const total = repeated.reduce((sum, [, count]) => sum + count, this.#others);
    this.#counts.clear();
    this.#others = 0;
    if (total === 0) return;
    const seconds = Math.max(1, Math.round((this.#clock.now() - this.#sinceMs) / 1000));
    const named = repeated.slice(0, NAMED).map(([kind, count]) => `${count} x ${kind}`);
    const rest = total - repeated.slice(0, NAMED).reduce((sum, [, count]) => sum + count, 0);
    this.#onWarning(
      `refused ${total} more in ${seconds} s: ${[...named, ...(rest > 0 ? [`${rest} ${rest === 1 ? 'other' : 'others'}`] : [])].join(', ')}`,
    );
  }
}

import type { Clock } from '../../../core/clock.js';
import { counted } from '../../../core/counted.js';
import type { Posted } from './post.js';
import { retryDelayMs } from './retry-delay.js';

export type DeliveriesOptions = {
  /** One attempt. It ends soon after its signal aborts. */
  readonly post: (body: string, deliveryId: string, signal: AbortSignal) => Promise<Posted>;
  readonly clock: Clock;
  /** Resolves after this time, or as soon as the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Begins the ids of deliveries, so that those of two runs differ. */
  readonly runId: string;
  readonly onWarning: (message: string) => void;
  readonly maxWaiting?: number;
  readonly maxAgeMs?: number;
};

type Delivery = { readonly id: string; readonly body: string; readonly atMs: number };

/** Some 1 kB each. */
const MOST_WAITING = 1000;
/** News of an hour ago alarm nobody. */
const LONGEST_WAIT_MS = 3_600_000;
/** Time for the rest at the end of the run. */
const GRACE_MS = 3000;

/**
 * Delivers texts in their order, one at a time, each until it is taken, refused or too old. A server that is away costs
 * the oldest texts, never memory: those that are lost are counted. Each trouble is told when it begins, and when it
 * ends.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #waiting: Delivery[] = [];
  readonly #stopWaiting = new AbortController();
  readonly #ending = new AbortController();
  #delivering: Promise<void> | undefined;
  #isClosing = false;
  #count = 0;
  readonly #lost = { 'too-many': 0, 'too-old': 0, refused: 0, ended: 0 };
  #trouble: string | undefined;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Texts that were lost, by the reason: too many waited, they were too old, refused, or the run ended first. */
  get lost(): Readonly<Record<'too-many' | 'too-old' | 'refused' | 'ended', number>> {
    return { ...this.#lost };
  }

  add(body: string): void {
    if (this.#isClosing) return;
    const { runId, clock, maxWaiting = MOST_WAITING } = this.#options;
    this.#count += 1;
    this.#waiting.push({ id: `${runId}-${this.#count}`, body, atMs: clock.now() });
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      this.#lost['too-many'] += 1;
    }
    this.#start();
  }

  /** Tries to deliver the rest for three seconds. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#isClosing) return this.#delivering;
    this.#isClosing = true;
    this.#stopWaiting.abort();
    const { wait, onWarning } = this.#options;
    const end = new AbortController();
    await Promise.race([this.#delivering ?? Promise.resolve(), wait(GRACE_MS, end.signal)]);
    end.abort();
    this.#ending.abort();
    await this.#delivering;
    this.#lost.ended += this.#waiting.splice(0).length;
    const unseen = this.#missed - this.#lost.refused;
    if (unseen > 0) onWarning(`${counted(unseen, 'event')} did not reach the webhook`);
  }

  #start(): void {
    this.#delivering ??= this.#deliver().finally(() => {
      this.#delivering = undefined;
      if (this.#waiting.length > 0 && !this.#isClosing) this.#start();
    });
  }

  async #deliver(): Promise<void> {
    let failures = 0;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const posted = await this.#options.post(next.body, next.id, this.#ending.signal);
      if (this.#ending.signal.aborted) return;
      if (posted.outcome === 'failed') {
        failures += 1;
        this.#tell(posted.why);
        // One last attempt for each is all that the end leaves time for.
        if (this.#isClosing) return;
        const delayMs = retryDelayMs(failures, posted.retryAfterMs, this.#options.random);
        await this.#options.wait(delayMs, this.#stopWaiting.signal);
        continue;
      }
      failures = 0;
      // While it waited for its answer, it may have become too old to be in the queue.
      if (this.#waiting[0] === next) this.#waiting.shift();
      if (posted.outcome === 'taken') this.#healed();
      else {
        this.#lost.refused += 1;
        this.#tell(posted.why);
      }
    }
  }

  #next(): Delivery | undefined {
    const { clock, maxAgeMs = LONGEST_WAIT_MS } = this.#options;
    const oldestMs = clock.now() - maxAgeMs;
    while (this.#waiting.length > 0 && this.#waiting[0].atMs < oldestMs) {
      this.#waiting.shift();
      this.#lost['too-old'] += 1;
    }
    return this.#waiting[0];
  }

  get #missed(): number {
    return Object.values(this.#lost).reduce((sum, count) => sum + count, 0);
  }

  #tell(why: string): void {
    if (this.#trouble === undefined) this.#options.onWarning(`the webhook takes no events: ${why}`);
    this.#trouble ??= why;
  }

  #healed(): void {
    if (this.#trouble === undefined) return;
    const missed = this.#missed;
    this.#options.onWarning(
      `the webhook takes events again${missed === 0 ? '' : `; ${counted(missed, 'event')} did not reach it so far`}`,
    );
    this.#trouble = undefined;
  }
}

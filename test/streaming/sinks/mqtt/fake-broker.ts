import type { After } from '../../../../src/core/after.js';
import type { OpenSession, SessionEnd, SessionEvents } from '../../../../src/streaming/sinks/mqtt/link.js';
import type { Message } from '../../../../src/streaming/sinks/mqtt/outbox.js';

/** Timers that run when a test says so. */
export class FakeTimers {
  nowMs = 0;
  #timers: { readonly atMs: number; readonly action: () => void }[] = [];

  readonly after: After = (ms, action) => {
    const timer = { atMs: this.nowMs + ms, action };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((one) => one !== timer));
  };

  get waitsMs(): number[] {
    return this.#timers.map(({ atMs }) => atMs - this.nowMs);
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.nowMs = next.atMs;
      next.action();
    }
    this.nowMs = untilMs;
  }
}

/** A broker that does what a test says, and remembers what it got. */
export class FakeBroker {
  /** Sessions that were opened, the refused ones too. */
  sessions = 0;
  closed = 0;
  filters: readonly string[] = [];
  readonly received: Message[] = [];
  /** Confirms each message at once; else `confirm` does. */
  isPrompt = true;
  /** Topics that it refuses. */
  readonly refuses = new Set<string>();
  #events: SessionEvents | undefined;
  #waiting: (() => void)[] = [];

  readonly open: OpenSession = (events) => {
    this.sessions += 1;
    this.#events = events;
    this.#waiting = [];
    return {
      publish: (message, done) => {
        this.received.push(message);
        const answer = (): void => done(this.refuses.has(message.topic) ? new Error('Not authorized') : undefined);
        this.#waiting.push(answer);
        if (this.isPrompt) queueMicrotask(() => this.confirm());
      },
      subscribe: (filters, done) => {
        this.filters = filters;
        done(filters.filter((filter) => this.refuses.has(filter)));
      },
      close: async () => {
        this.closed += 1;
      },
    };
  };

  get unconfirmed(): number {
    return this.#waiting.length;
  }

  confirm(): void {
    for (const answer of this.#waiting.splice(0)) answer();
  }

  accept(maxInFlight?: number): void {
    this.#events!.onOpen(maxInFlight);
  }

  end(end: SessionEnd = { why: 'it went away' }): void {
    this.#waiting = [];
    this.#events!.onEnd(end);
  }

  say(topic: string, payload: string, isRetained = false): void {
    this.#events!.onMessage(topic, Buffer.from(payload), isRetained);
  }

  /** `topic payload`, of all that came since the last call. */
  news(): string[] {
    return this.received.splice(0).map(({ topic, payload }) => `${topic} ${String(payload)}`);
  }
}

/** Lets prompt confirmations happen. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}

import type { After } from '../../../core/after.js';
import type { Clock } from '../../../core/clock.js';
import { counted } from '../../../core/counted.js';
import { reconnectDelayMs, type ReconnectLadder } from '../../sources/camera/connection/reconnect.js';
import type { Message, Outbox } from './outbox.js';

/** One connection to a broker. */
export type Session = {
  /** @param done called once, with an error if the broker refuses the message; never after the end */
  publish(message: Message, done: (error: Error | undefined) => void): void;
  /** @param done called once, with the filters that the broker refuses; never after the end */
  subscribe(filters: readonly string[], done: (refused: readonly string[]) => void): void;
  /** Says goodbye, so that the will is not published. Resolves when nothing is left. Safe to call twice. */
  close(): Promise<void>;
};

/** The end of a connection, or of an attempt. */
export type SessionEnd = {
  /** For people: the reason and the remedy. */
  readonly why: string;
  /** Trying again soon would only disturb others. */
  readonly isLasting?: true;
  /** The likely reason if connections end so again and again. */
  readonly whyRepeated?: string;
};

export type SessionEvents = {
  /** @param maxInFlight unconfirmed messages that the broker takes, if it says so */
  onOpen(maxInFlight?: number): void;
  onMessage(topic: string, payload: Buffer, isRetained: boolean): void;
  /** Called once, unless `close` was called. Nothing follows. */
  onEnd(end: SessionEnd): void;
};

export type OpenSession = (events: SessionEvents) => Session;

export type LinkOptions = {
  readonly open: OpenSession;
  readonly outbox: Outbox;
  /** Subscribed to before anything is published. */
  readonly filters: readonly string[];
  /** Called when the link is up, before the states are sent again. */
  readonly onUp: () => void;
  readonly onMessage: SessionEvents['onMessage'];
  readonly onInfo: (message: string) => void;
  readonly onWarning: (message: string) => void;
  /** The broker as people know it. */
  readonly broker: string;
  readonly clock: Clock;
  readonly after: After;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

const LADDER: ReconnectLadder = [
  { delayMs: 1_000, times: 3 },
  { delayMs: 5_000, times: 6 },
  { delayMs: 30_000, times: Infinity },
];
/** Of a refusal or a fight for a client id. */
const LASTING_LADDER: ReconnectLadder = [{ delayMs: 30_000, times: Infinity }];
/** A session that lasted for this long was good. Two clients that push each other out stay for half of it. */
const STABLE_AFTER_MS = 60_000;
/** Messages that the broker has not confirmed yet; the others wait in the outbox. */
export const MAX_IN_FLIGHT = 16;
const TELL_LOSSES_EVERY_MS = 60_000;
/** The time to say goodbye. */
const FAREWELL_MS = 2_000;

/**
 * Keeps a connection to a broker, and sends what the outbox has whenever there is one. Each connection is a new session
 * of its own, so nothing can queue in a client.
 */
export class BrokerLink {
  readonly #options: LinkOptions;
  #session: Session | undefined;
  #isUp = false;
  #isClosed = false;
  #openedMs: number | undefined;
  #failures = 0;
  /** Sessions in a row that were open and not good. */
  #shortSessions = 0;
  #inFlight = 0;
  #maxInFlight = MAX_IN_FLIGHT;
  /** The reason that people were told last. */
  #toldEnd: string | undefined;
  #toldUp = false;
  #toldRefusal = false;
  #tellLossesFromMs = 0;
  #refusals = 0;
  #cancelRetry: (() => void) | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Messages that brokers have refused. */
  get refusals(): number {
    return this.#refusals;
  }

  start(): void {
    this.#cancelRetry = undefined;
    // Events of an earlier session must not touch this one.
    let isOver = false;
    this.#session = this.#options.open({
      onOpen: (maxInFlight = MAX_IN_FLIGHT) => {
        if (isOver) return;
        this.#maxInFlight = Math.min(MAX_IN_FLIGHT, maxInFlight);
        this.#opened();
      },
      onMessage: (topic, payload, isRetained) => {
        if (!isOver) this.#options.onMessage(topic, payload, isRetained);
      },
      onEnd: (end) => {
        if (isOver) return;
        isOver = true;
        this.#ended(end);
      },
    });
  }

  /** Sends what waits, as far as the broker keeps up. */
  flush(): void {
    const { outbox, clock } = this.#options;
    while (this.#isUp && this.#inFlight < this.#maxInFlight) {
      const outgoing = outbox.next(clock.now());
      if (outgoing === undefined) break;
      this.#inFlight += 1;
      const session = this.#session!;
      session.publish(outgoing.message, (error) => {
        if (session !== this.#session) return;
        this.#inFlight -= 1;
        outgoing.settled();
        if (error !== undefined) this.#refused(outgoing.message.topic, error);
        this.flush();
      });
    }
    this.#tellLosses();
    if (this.#inFlight === 0) this.#onEmpty?.();
  }

  /** Sends what waits for two seconds at most, then ends. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelRetry?.();
    if (this.#isUp) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.after(FAREWELL_MS, resolve);
        this.#onEmpty = () => {
          cancel();
          resolve();
        };
        this.flush();
      });
    }
    this.#isUp = false;
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  #opened(): void {
    const { filters, onUp, onInfo, onWarning, broker, outbox, clock } = this.#options;
    const session = this.#session!;
    this.#openedMs = clock.now();
    this.#toldRefusal = false;
    session.subscribe(filters, (refused) => {
      if (session !== this.#session) return;
      if (refused.length > 0)
        onWarning(`${broker} refuses to let Nowcast read ${refused.join(', ')}; allow it, or switches will not work`);
      this.#isUp = true;
      const lost = outbox.takeLostEvents();
      if (lost > 0) onWarning(`${counted(lost, 'event')} could not wait until ${broker} was back, and are lost`);
      if (!this.#toldUp) onInfo(`connected to ${broker}${this.#toldEnd === undefined ? '' : ' again'}`);
      this.#toldUp = true;
      onUp();
      outbox.restart();
      this.flush();
    });
  }

  #ended(end: SessionEnd): void {
    const { clock, after, random, broker, onWarning } = this.#options;
    const wasGood = this.#openedMs !== undefined && clock.now() - this.#openedMs >= STABLE_AFTER_MS;
    if (this.#openedMs !== undefined) this.#shortSessions = wasGood ? 0 : this.#shortSessions + 1;
    const repeated = this.#shortSessions >= 2 ? end.whyRepeated : undefined;
    const why = repeated ?? end.why;
    const isLasting = end.isLasting === true || repeated !== undefined;
    this.#openedMs = undefined;
    this.#isUp = false;
    this.#session = undefined;
    this.#inFlight = 0;
    this.#onEmpty?.();
    if (this.#isClosed) return;
    // A connection that comes and goes is reported once.
    if (wasGood || this.#toldEnd !== why) {
      onWarning(`no connection to ${broker}: ${why}; it is tried again until it works`);
      this.#toldUp = false;
    }
    this.#toldEnd = why;
    this.#failures = wasGood ? 1 : this.#failures + 1;
    const delayMs = reconnectDelayMs(this.#failures, random, isLasting ? LASTING_LADDER : LADDER);
    this.#cancelRetry = after(delayMs, () => this.start());
  }

  /** Events that come faster than the broker takes them, once a minute. */
  #tellLosses(): void {
    const { outbox, clock, broker, onWarning } = this.#options;
    const nowMs = clock.now();
    if (!this.#isUp || nowMs < this.#tellLossesFromMs) return;
    const lost = outbox.takeLostEvents();
    if (lost === 0) return;
    this.#tellLossesFromMs = nowMs + TELL_LOSSES_EVERY_MS;
    onWarning(`${broker} is too slow: ${counted(lost, 'event')} could not wait, and are lost`);
  }

  #refused(topic: string, error: Error): void {
    this.#refusals += 1;
    if (this.#toldRefusal) return;
    this.#toldRefusal = true;
    this.#options.onWarning(
      `${this.#options.broker} refuses ${topic}: ${error.message}; allow Nowcast to write there (further refusals are not reported until the next connection)`,
    );
  }
}

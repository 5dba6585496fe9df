/** A message to publish. */
export type Message = {
  readonly topic: string;
  /** Empty and retained: the broker forgets the topic. */
  readonly payload: string | Uint8Array;
  readonly isRetained: boolean;
  /** The broker may drop it after this time; absent: never. */
  readonly expiryMs?: number;
  /** A newer one comes soon, so that losing it does no harm. */
  readonly isFleeting?: true;
};

/** A message that was handed out. */
export type Outgoing = {
  readonly message: Message;
  /** Call it when the broker has the message, or will never take it. */
  readonly settled: () => void;
};

export type OutboxLimits = {
  readonly maxEvents: number;
  /** Older events are news no more. */
  readonly maxEventAgeMs: number;
  /** Of the pictures among the states together; the oldest ones are forgotten beyond it. */
  readonly maxPictureBytes: number;
};

const LIMITS: OutboxLimits = { maxEvents: 1000, maxEventAgeMs: 5 * 60_000, maxPictureBytes: 16 * 2 ** 20 };

type WaitingEvent = { readonly message: Message; readonly atMs: number };

/**
 * The messages that a broker has still to get: the newest of each retained topic, the events of the last minutes, and
 * the newest of each topic whose messages are soon stale. It grows with the number of topics and with no time.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #lastTopic: string | undefined;
  readonly #states = new Map<string, Message>();
  /** Topics of the states that the broker does not have yet, in the order in which they changed. */
  readonly #changed = new Set<string>();
  #events: WaitingEvent[] = [];
  readonly #sentEvents = new Set<WaitingEvent>();
  readonly #sentPictures = new Set<Message>();
  readonly #fleeting = new Map<string, Message>();
  readonly #lost = { 'too-many': 0, 'too-old': 0 };
  #taken = 0;
  #pictureBytes = 0;

  /** @param lastTopic the state that comes behind all others, because it says that they hold */
  constructor(lastTopic?: string, limits: Partial<OutboxLimits> = {}) {
    this.#lastTopic = lastTopic;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Events that were lost, by the reason: too many waited, or they were too old. */
  get lost(): Readonly<Record<'too-many' | 'too-old', number>> {
    return { ...this.#lost };
  }

  get lostEvents(): number {
    return this.#lost['too-many'] + this.#lost['too-old'];
  }

  /** The same since the last call. */
  takeLostEvents(): number {
    const lost = this.lostEvents - this.#taken;
    this.#taken = this.lostEvents;
    return lost;
  }

  /** Messages that are kept: each of them is bounded. */
  get size(): {
    readonly states: number;
    readonly events: number;
    readonly fleeting: number;
    readonly pictureBytes: number;
  } {
    return {
      states: this.#states.size,
      events: this.#events.length + this.#sentEvents.size,
      fleeting: this.#fleeting.size,
      pictureBytes: this.#pictureBytes,
    };
  }

  /** True once the broker has all states. */
  get isUpToDate(): boolean {
    return this.#changed.size === 0;
  }

  /** Sets a retained topic. An equal value is not sent again. */
  state(topic: string, payload: string | Uint8Array): void {
    const before = this.#states.get(topic);
    if (before !== undefined && Buffer.from(before.payload).equals(Buffer.from(payload))) return;
    this.#put({ topic, payload, isRetained: true });
    if (typeof payload !== 'string') this.#forgetPictures();
  }

  has(topic: string): boolean {
    return this.#states.has(topic);
  }

  /** Sends a state again although it has not changed. */
  repeat(topic: string): void {
    if (this.#states.has(topic)) this.#changed.add(topic);
  }

  /** Sends all states again. */
  repeatAll(): void {
    for (const topic of this.#states.keys()) this.#changed.add(topic);
  }

  event(topic: string, payload: string, nowMs: number): void {
    const { maxEvents, maxEventAgeMs } = this.#limits;
    this.#events.push({ message: { topic, payload, isRetained: false, expiryMs: maxEventAgeMs }, atMs: nowMs });
    this.#lost['too-many'] += this.#events.splice(0, this.#events.length - maxEvents).length;
  }

  /** Replaces an older message of the topic that still waits. */
  fleeting(topic: string, payload: string): void {
    this.#fleeting.set(topic, { topic, payload, isRetained: false, isFleeting: true });
  }

  /** The message to send next; undefined if none waits. */
  next(nowMs: number): Outgoing | undefined {
    return this.#nextState() ?? this.#nextEvent(nowMs) ?? this.#nextFleeting();
  }

  /** For a new connection: whatever the broker may not have is sent again. */
  restart(): void {
    // A broker may end a connection because of a large message, and would so for ever.
    for (const message of this.#sentPictures)
      if (this.#states.get(message.topic) === message) this.#remove(message.topic);
    this.#sentPictures.clear();
    this.repeatAll();
    this.#events = [...this.#sentEvents, ...this.#events];
    this.#sentEvents.clear();
    this.#fleeting.clear();
  }

  #put(message: Message): void {
    const { topic } = message;
    this.#pictureBytes += bytesOf(message) - bytesOf(this.#states.get(topic));
    // The newest is last.
    this.#states.delete(topic);
    this.#states.set(topic, message);
    this.#changed.delete(topic);
    this.#changed.add(topic);
  }

  #remove(topic: string): void {
    this.#pictureBytes -= bytesOf(this.#states.get(topic));
    this.#states.delete(topic);
    this.#changed.delete(topic);
  }

  #forgetPictures(): void {
    for (const [topic, message] of this.#states) {
      if (this.#pictureBytes <= this.#limits.maxPictureBytes) return;
      if (bytesOf(message) > 0) this.#remove(topic);
    }
  }

  #nextState(): Outgoing | undefined {
    const [first, second] = this.#changed;
    const topic = first === this.#lastTopic ? (second ?? first) : first;
    if (topic === undefined) return undefined;
    const message = this.#states.get(topic)!;
    this.#changed.delete(topic);
    if (bytesOf(message) > 0) this.#sentPictures.add(message);
    return {
      message,
      settled: () => {
        this.#sentPictures.delete(message);
        if (message.payload.length === 0 && this.#states.get(topic) === message) this.#remove(topic);
      },
    };
  }

  #nextEvent(nowMs: number): Outgoing | undefined {
    const isNews = ({ atMs }: WaitingEvent): boolean => nowMs - atMs <= this.#limits.maxEventAgeMs;
    const first = this.#events.findIndex(isNews);
    this.#lost['too-old'] += this.#events.splice(0, first < 0 ? this.#events.length : first).length;
    const event = this.#events.shift();
    if (event === undefined) return undefined;
    this.#sentEvents.add(event);
    return { message: event.message, settled: () => this.#sentEvents.delete(event) };
  }

  #nextFleeting(): Outgoing | undefined {
    const [message] = this.#fleeting.values();
    if (message === undefined) return undefined;
    this.#fleeting.delete(message.topic);
    return { message, settled: () => undefined };
  }
}

/** Bytes of a picture; texts count nothing, because their number is bounded. */
function bytesOf(message: Message | undefined): number {
  return message === undefined || typeof message.payload === 'string' ? 0 : message.payload.length;
}

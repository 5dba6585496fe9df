import type { OutgoingMessage } from './outgoing-message.js';
import { feedError, helloMessage, readClientMessage, type FeedError, type FeedInfo } from './protocol.js';
import { Subscription } from './subscription.js';

/** WebSocket close codes (RFC 6455 §7.4.1) that the feed uses. */
export const CLOSE = { goingAway: 1001, policyViolation: 1008, tryAgainLater: 1013 } as const;

/** The part of a WebSocket that a client needs. */
export type FeedSocket = {
  /** Bytes accepted by `send` that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /** Sends one text message; calls `written` when the operating system has taken it. */
  send(text: Buffer, written: () => void): void;
  close(code: number, reason: string): void;
};

export type FeedClientLimits = {
  /** A client with more than this unsent gets only the newest message of each type and stream. */
  readonly maxBufferedBytes: number;
  /** The server closes a client that stays behind for this long. */
  readonly slowAfterMs: number;
  /** The server closes a client after this many invalid messages. */
  readonly maxErrors: number;
  /** The server closes a client that sends more messages than this in one second. */
  readonly maxMessagesPerSecond: number;
};

/** A message that waits for a slow client; `missed` older ones were discarded for it. */
type Waiting = { readonly message: OutgoingMessage; readonly missed: number };

/** One subscriber: its subscription and its waiting messages. It never holds more than the limits allow. */
export class FeedClient {
  readonly #socket: FeedSocket;
  readonly #info: FeedInfo;
  readonly #limits: FeedClientLimits;
  #subscription: Subscription;
  /** By type and stream, in order of arrival. */
  readonly #waiting = new Map<string, Waiting>();
  #behindSinceMs: number | undefined;
  #errorCount = 0;
  #messagesThisSecond = 0;
  #closed = false;

  constructor(socket: FeedSocket, info: FeedInfo, limits: FeedClientLimits) {
    this.#socket = socket;
    this.#info = info;
    this.#limits = limits;
    this.#subscription = new Subscription({}, info);
    this.#send(Buffer.from(JSON.stringify(helloMessage(info))));
  }

  /** Sends the message, or keeps it as the newest of its type and stream until the client has caught up. */
  offer(message: OutgoingMessage, nowMs: number): void {
    if (this.#closed) return;
    const { type } = message.message;
    const { stream } = message;
    if (!this.#subscription.wants(type, stream)) return;
    if (
      message.message.type === 'percept' &&
      !this.#subscription.takesTurn(message.message.stream, message.message.times.emittedAt)
    )
      return;

    this.#flush();
    if (this.#waiting.size === 0 && !this.#isFull()) {
      this.#send(message.encode(this.#subscription.filter, 0));
      return;
    }
    const key = `${type} ${stream ?? ''}`;
    const older = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#waiting.set(key, { message, missed: older === undefined ? 0 : older.missed + 1 });
    this.#behindSinceMs ??= nowMs;
  }

  /** Acts on a text message of the client. */
  receive(text: string): void {
    if (this.#closed) return;
    if (++this.#messagesThisSecond > this.#limits.maxMessagesPerSecond) {
      this.close(CLOSE.policyViolation, `more than ${this.#limits.maxMessagesPerSecond} messages in a second`);
      return;
    }
    const message = readClientMessage(text, this.#info);
    if (message.type === 'error') {
      this.#reject(message);
      return;
    }
    this.#subscription = new Subscription(message, this.#info);
    for (const [key, { message: waiting }] of this.#waiting) {
      if (!this.#subscription.wants(waiting.message.type, waiting.stream)) this.#waiting.delete(key);
    }
  }

  /** The client sent bytes that are not text. */
  receiveBinary(): void {
    this.#reject(feedError('binary', 'messages must be text frames that hold JSON'));
  }

  /**
   * Call it once a second.
   * @returns the reason, if the client was closed now
   */
  tick(nowMs: number): string | undefined {
    this.#messagesThisSecond = 0;
    this.#flush();
    const { slowAfterMs } = this.#limits;
    if (this.#closed || this.#behindSinceMs === undefined || nowMs - this.#behindSinceMs < slowAfterMs)
      return undefined;
    const reason = `too slow: stayed behind for ${slowAfterMs / 1000} s`;
    this.close(CLOSE.tryAgainLater, reason);
    return reason;
  }

  /** @param reason at most 123 bytes of UTF-8 */
  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.clear();
    this.#socket.close(code, reason);
  }

  #reject(error: FeedError): void {
    if (this.#closed) return;
    if (!this.#isFull()) this.#send(Buffer.from(JSON.stringify(error)));
    if (++this.#errorCount >= this.#limits.maxErrors) {
      this.close(CLOSE.policyViolation, `${this.#errorCount} invalid messages`);
    }
  }

  #flush(): void {
    for (const [key, { message, missed }] of this.#waiting) {
      if (this.#isFull()) return;
      this.#waiting.delete(key);
      this.#send(message.encode(this.#subscription.filter, missed));
    }
    this.#behindSinceMs = undefined;
  }

  #isFull(): boolean {
    return this.#socket.bufferedAmount > this.#limits.maxBufferedBytes;
  }

  #send(text: Buffer): void {
    this.#socket.send(text, () => {
      if (this.#waiting.size > 0) this.#flush();
    });
  }
}

import { NewestBacklog } from '../newest-backlog.js';
import type { OutgoingMessage } from './outgoing-message.js';
import { feedError, readClientMessage } from './client-message.js';
import type { FeedError, FeedInfo } from './protocol.js';
import { helloMessage, keyOfMessage } from './server-messages.js';
import { TokenBucket, type Rate } from '../http/token-bucket.js';
import { Subscription } from './subscription.js';
import { counted } from '../../core/counted.js';

/** WebSocket close codes (RFC 6455 §7.4.1, and IANA's registry for 3000) that the feed uses. */
export const CLOSE = { goingAway: 1001, policyViolation: 1008, tryAgainLater: 1013, unauthorized: 3000 } as const;

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
  /** The server closes a client that sends more messages, pings and pongs than this in one second. */
  readonly maxMessagesPerSecond: number;
};

/** Input of a client: this much at once, and so much a second in the long run. A subscription has about 100 bytes. */
const INPUT_BYTES: Rate = { burst: 64 * 1024, perSecond: 16 * 1024 };

/** One subscriber: its subscription and its waiting messages. It never holds more than the limits allow. */
export class FeedClient {
  readonly #socket: FeedSocket;
  #info: FeedInfo;
  readonly #limits: FeedClientLimits;
  #subscription: Subscription;
  /** By type and stream. */
  readonly #waiting: NewestBacklog<OutgoingMessage>;
  readonly #inputBytes: TokenBucket;
  #behindSinceMs: number | undefined;
  #errorCount = 0;
  #messagesThisSecond = 0;
  #closed = false;

  /** @param onMissed receives the number of messages that the client did not get, with the one that it gets instead */
  constructor(
    socket: FeedSocket,
    info: FeedInfo,
    limits: FeedClientLimits,
    nowMs: number,
    onMissed: (count: number) => void = () => undefined,
  ) {
    this.#socket = socket;
    this.#info = info;
    this.#limits = limits;
    this.#inputBytes = new TokenBucket(INPUT_BYTES, nowMs);
    this.#waiting = new NewestBacklog(
      () => this.#socket.bufferedAmount > limits.maxBufferedBytes,
      (message, missed) => {
        onMissed(missed);
        this.#send(message.encode(this.#subscription.filter, missed));
      },
    );
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
    this.#waiting.offer(keyOfMessage(message.message), message, message.missed);
    this.#behindSinceMs = this.#waiting.isEmpty ? undefined : (this.#behindSinceMs ?? nowMs);
  }

  /** It may choose among these from now on; its subscription stays. */
  setStreams(streams: readonly string[]): void {
    this.#info = { ...this.#info, streams };
  }

  /** Acts on a text message of the client. */
  receive(text: string, nowMs: number): void {
    if (!this.#admits(Buffer.byteLength(text), nowMs)) return;
    const message = readClientMessage(text, this.#info);
    if (message.type === 'error') {
      this.#reject(message);
      return;
    }
    this.#subscription = new Subscription(message, this.#info);
    this.#waiting.keep(({ message: { type }, stream }) => this.#subscription.wants(type, stream));
  }

  /** The client sent a ping or a pong. */
  receiveControl(bytes: number, nowMs: number): void {
    this.#admits(bytes, nowMs);
  }

  /** The client sent bytes that are not text. */
  receiveBinary(bytes: number, nowMs: number): void {
    if (!this.#admits(bytes, nowMs)) return;
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
    this.#waiting.keep(() => false);
    this.#socket.close(code, reason);
  }

  /** @returns false if the client is closed, or exceeds a limit and is closed now */
  #admits(bytes: number, nowMs: number): boolean {
    if (this.#closed) return false;
    if (++this.#messagesThisSecond > this.#limits.maxMessagesPerSecond) {
      this.close(
        CLOSE.policyViolation,
        `more than ${counted(this.#limits.maxMessagesPerSecond, 'message')} in a second`,
      );
    } else if (!this.#inputBytes.take(nowMs, bytes)) {
      this.close(CLOSE.policyViolation, `more than ${INPUT_BYTES.burst / 1024} KiB in a few seconds`);
    }
    return !this.#closed;
  }

  #reject(error: FeedError): void {
    if (this.#closed) return;
    if (this.#socket.bufferedAmount <= this.#limits.maxBufferedBytes) this.#send(Buffer.from(JSON.stringify(error)));
    if (++this.#errorCount >= this.#limits.maxErrors) {
      this.close(CLOSE.policyViolation, `${this.#errorCount} invalid messages`);
    }
  }

  #flush(): void {
    this.#waiting.flush();
    if (this.#waiting.isEmpty) this.#behindSinceMs = undefined;
  }

  #send(text: Buffer): void {
    this.#socket.send(text, () => {
      if (!this.#waiting.isEmpty) this.#flush();
    });
  }
}

import type { FeedMessage } from './protocol.js';
import type { DetectionFilter } from './subscription.js';

/** A message to all clients, encoded once for each distinct filter, for any number of clients. */
export class OutgoingMessage {
  readonly message: FeedMessage;
  readonly stream: string | undefined;
  /** Older messages of this type and stream that were lost on their way from the pipeline, for every client. */
  readonly missed: number;
  readonly #encoded = new Map<string, Buffer>();

  /** @param text the message as JSON */
  constructor(text: string, missed = 0) {
    const message = JSON.parse(text) as FeedMessage;
    this.message = message;
    this.missed = missed;
    this.#encoded.set('', Buffer.from(text));
    this.stream = 'stream' in message ? message.stream : undefined;
  }

  /**
   * UTF-8 JSON.
   * @param missed messages of this type and stream that the client was too slow for
   */
  encode(filter: DetectionFilter | undefined, missed: number): Buffer {
    if (missed > 0) return Buffer.from(JSON.stringify({ ...this.#filtered(filter), missed }));
    const key = this.message.type === 'percept' ? (filter?.key ?? '') : '';
    let bytes = this.#encoded.get(key);
    if (bytes === undefined) {
      bytes = Buffer.from(JSON.stringify(this.#filtered(filter)));
      this.#encoded.set(key, bytes);
    }
    return bytes;
  }

  #filtered(filter: DetectionFilter | undefined): FeedMessage {
    const { message } = this;
    if (filter === undefined || message.type !== 'percept') return message;
    return {
      ...message,
      detections: message.detections.filter(filter.keeps),
      ...(message.observed === undefined ? {} : { observed: message.observed.filter(filter.keeps) }),
    };
  }
}

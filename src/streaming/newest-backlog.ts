type Waiting<T> = { readonly message: T; readonly missed: number };

/**
 * Messages for a reader that may be slow: the newest of each key waits, with the number of older ones that it replaced.
 * Nothing waits while the reader keeps up.
 */
export class NewestBacklog<T> {
  readonly #isFull: () => boolean;
  readonly #send: (message: T, missed: number) => void;
  /** In order of arrival. */
  readonly #waiting = new Map<string, Waiting<T>>();

  /**
   * @param isFull whether the reader has not taken enough of what was sent
   * @param send receives each message with the number of those that it replaced
   */
  constructor(isFull: () => boolean, send: (message: T, missed: number) => void) {
    this.#isFull = isFull;
    this.#send = send;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * @param missed messages of this key that were lost earlier on
   * @returns the message that it replaced, which is lost
   */
  offer(key: string, message: T, missed = 0): T | undefined {
    this.flush();
    if (this.isEmpty && !this.#isFull()) {
      this.#send(message, missed);
      return undefined;
    }
    const older = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#waiting.set(key, { message, missed: missed + (older === undefined ? 0 : older.missed + 1) });
    return older?.message;
  }

  /** Sends as many as the reader takes. */
  flush(): void {
    for (const [key, { message, missed }] of this.#waiting) {
      if (this.#isFull()) return;
      this.#waiting.delete(key);
      this.#send(message, missed);
    }
  }

  /** Removes the messages that do not pass, and returns them. */
  keep(passes: (message: T) => boolean): T[] {
    const removed: T[] = [];
    for (const [key, { message }] of this.#waiting) {
      if (passes(message)) continue;
      this.#waiting.delete(key);
      removed.push(message);
    }
    return removed;
  }
}

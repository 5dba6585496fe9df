import type { ServerResponse } from 'node:http';
import { PAGE_HEADERS } from './page-headers.js';

const PATIENCE_MS = 2000;

/**
 * Sends messages to pages as server-sent events. A late listener gets the newest of each key; so does a page whose
 * connection broke, because browsers reconnect.
 */
export class EventStream {
  readonly #listeners = new Set<ServerResponse>();
  readonly #newest = new Map<string, string>();
  readonly #patienceMs: number;

  /**
   * @param patienceMs a listener that takes longer is disconnected, so that unread data neither piles up nor blocks the
   * end
   */
  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  answer(response: ServerResponse): void {
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream' });
    response.setTimeout(0);
    response.write([...this.#newest.values()].join(''));
    this.#listeners.add(response);
    response.once('close', () => this.#listeners.delete(response));
  }

  /**
   * Resolves when every listener's connection has taken it or is closed.
   * @param json a line
   */
  async send(key: string, json: string): Promise<void> {
    const text = `data: ${json}\n\n`;
    this.#newest.set(key, text);
    await Promise.all(
      [...this.#listeners].map(
        (response) =>
          new Promise<void>((resolve) => {
            const cutOff = setTimeout(() => response.destroy(), this.#patienceMs);
            const done = (): void => {
              clearTimeout(cutOff);
              response.off('close', done);
              resolve();
            };
            response.once('close', done);
            response.write(text, done);
          }),
      ),
    );
  }
}

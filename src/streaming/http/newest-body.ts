import type { ServerResponse } from 'node:http';
import { PAGE_HEADERS } from './page-headers.js';

type Asking = { readonly after: number; readonly response: ServerResponse };

/**
 * Serves the newest picture of a stream on request. A browser requests the next picture after it has shown the last, so
 * a slow browser gets fewer and never a queue.
 */
export class NewestBody {
  readonly #asking = new Set<Asking>();
  #newest: { readonly seq: number; readonly body: Uint8Array } | undefined;

  get isAsked(): boolean {
    return this.#asking.size > 0;
  }

  publish(seq: number, body: Uint8Array): void {
    this.#newest = { seq, body };
    for (const { response } of this.#asking) send(response, body);
    this.#asking.clear();
  }

  /** @param after the picture that the browser has; the response waits for a newer one */
  answer(after: number, response: ServerResponse): void {
    if (this.#newest !== undefined && this.#newest.seq > after) {
      send(response, this.#newest.body);
      return;
    }
    const asking = { after, response };
    response.setTimeout(0);
    this.#asking.add(asking);
    response.once('close', () => this.#asking.delete(asking));
  }

  /** Forgets the picture, which is old when the next browser asks. */
  clear(): void {
    this.#newest = undefined;
  }
}

function send(response: ServerResponse, body: Uint8Array): void {
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'content-type': 'application/octet-stream',
    'content-length': body.length,
  });
  response.end(body);
}

import type { ServerResponse } from 'node:http';
import type { PictureFacts } from './page-messages.js';
import { PAGE_HEADERS } from './static-files.js';

type Asking = { readonly after: number; readonly response: ServerResponse };

/**
 * Serves the newest picture of a stream on request. A browser requests the next picture after it has shown the last, so
 * a slow browser gets fewer and never a queue.
 *
 * An answer is the length of the facts (4 bytes, big-endian), the facts as JSON, and a JPEG.
 */
export class PictureRelay {
  readonly #asking = new Set<Asking>();
  #newest: { readonly seq: number; readonly body: Buffer } | undefined;

  publish(facts: PictureFacts, jpeg: Uint8Array): void {
    const json = Buffer.from(JSON.stringify(facts));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(json.length);
    this.#newest = { seq: facts.seq, body: Buffer.concat([length, json, jpeg]) };
    for (const { response } of this.#asking) send(response, this.#newest.body);
    this.#asking.clear();
  }

  /** @param after the picture that the browser has; the response waits for a newer one */
  answer(after: number, response: ServerResponse): void {
    if (this.#newest !== undefined && this.#newest.seq > after) {
      send(response, this.#newest.body);
      return;
    }
    const asking = { after, response };
    this.#asking.add(asking);
    response.once('close', () => this.#asking.delete(asking));
  }
}

function send(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'content-type': 'application/octet-stream',
    'content-length': body.length,
  });
  response.end(body);
}

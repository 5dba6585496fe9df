import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventStream } from './event-stream.js';
import type { PageMessage, PictureFacts } from './page-messages.js';
import { PictureRelay } from './picture-relay.js';
import { PAGE_HEADERS, StaticFiles } from './static-files.js';

const PAGE = new URL('./page/', import.meta.url);
/** A script's `../../../core/` is `/core/` at the root of the server. */
const SHARED = { '/core/place-labels.js': new URL('../../core/place-labels.js', import.meta.url) };
/** The delays, in milliseconds, by which a page can slow the detector down. */
const CHOICES = [0, 50, 100, 200] as const;

/** A page that shows a run live: its files, its pictures, and its events. Results come from the feed. */
export class LivePage {
  readonly #files = new StaticFiles(PAGE, SHARED);
  readonly #pictures = new PictureRelay();
  readonly #events = new EventStream();
  readonly #onSlow: (extraMs: number) => void;

  /** @param onSlow receives the requested delay of the detector */
  constructor(onSlow: (extraMs: number) => void) {
    this.#onSlow = onSlow;
  }

  /**
   * Responds to the page's requests.
   * @returns false for all others
   */
  readonly answer = (request: IncomingMessage, response: ServerResponse): boolean => {
    // Without `URL`, which throws on input that any client can send, such as `//`.
    const [path, query] = (request.url ?? '/').split('?', 2);
    const asked = new URLSearchParams(query);
    if (request.method === 'POST' && path === '/slow') {
      const extraMs = CHOICES.find((ms) => String(ms) === asked.get('ms'));
      if (extraMs !== undefined) this.#onSlow(extraMs);
      response.writeHead(extraMs === undefined ? 400 : 204, PAGE_HEADERS).end();
      return true;
    }
    const gets = request.method === 'GET';
    if (!gets && request.method !== 'HEAD') return false;
    if (gets && path === '/picture') this.#pictures.answer(Number(asked.get('after') ?? -1), response);
    else if (gets && path === '/events') this.#events.answer(response);
    else return this.#files.answer(path, response);
    return true;
  };

  show(facts: PictureFacts, jpeg: Uint8Array): void {
    this.#pictures.publish(facts, jpeg);
  }

  slowed(extraMs: number): void {
    void this.send({ type: 'slowed', extraMs, choices: CHOICES });
  }

  /** Resolves when all listeners have received it. */
  send(message: PageMessage): Promise<void> {
    return this.#events.send(message);
  }
}

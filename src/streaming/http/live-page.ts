import type { IncomingMessage, ServerResponse } from 'node:http';
import { NewsStream } from './news-stream.js';
import type { PageNews, PictureFacts } from './page-messages.js';
import { PictureRelay } from './picture-relay.js';
import { PAGE_HEADERS, StaticFiles } from './static-files.js';

const PAGE = new URL('./page/', import.meta.url);
/** The delays, in milliseconds, by which a page can slow the detector down. */
const CHOICES = [0, 50, 100, 200] as const;

/** A page that shows a run live: its files, its pictures, and its news. Results come from the feed. */
export class LivePage {
  readonly #files = new StaticFiles(PAGE);
  readonly #pictures = new PictureRelay();
  readonly #news = new NewsStream();
  readonly #onSlow: (extraMs: number) => void;

  /** @param onSlow receives the requested delay of the detector */
  constructor(onSlow: (extraMs: number) => void) {
    this.#onSlow = onSlow;
  }

  /**
   * Answers the page's requests.
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
    else if (gets && path === '/news') this.#news.answer(response);
    else return this.#files.answer(path, response);
    return true;
  };

  show(facts: PictureFacts, jpeg: Uint8Array): void {
    this.#pictures.publish(facts, jpeg);
  }

  slowed(extraMs: number): void {
    void this.tell({ type: 'slowed', extraMs, choices: CHOICES });
  }

  /** Resolves when all listeners have it. */
  tell(news: PageNews): Promise<void> {
    return this.#news.tell(news);
  }
}

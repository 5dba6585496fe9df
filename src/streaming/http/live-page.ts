import type { IncomingMessage, ServerResponse } from 'node:http';
import { NewsStream } from './news-stream.js';
import type { PageNews, PictureFacts } from './page-messages.js';
import { PictureRelay } from './picture-relay.js';
import { StaticFiles } from './static-files.js';

const PAGE = new URL('./page/', import.meta.url);

/** A page that shows a run while it happens: its files, its pictures, and its news. Results come from the feed. */
export class LivePage {
  readonly #files = new StaticFiles(PAGE);
  readonly #pictures = new PictureRelay();
  readonly #news = new NewsStream();

  /** Answers what the page asks for. @returns false for everything else */
  readonly answer = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    if (pathname === '/picture') this.#pictures.answer(Number(searchParams.get('after') ?? -1), response);
    else if (pathname === '/news') this.#news.answer(response);
    else return this.#files.answer(pathname, response);
    return true;
  };

  show(facts: PictureFacts, jpeg: Uint8Array): void {
    this.#pictures.publish(facts, jpeg);
  }

  /** Resolves when all who look have it. */
  tell(news: PageNews): Promise<void> {
    return this.#news.tell(news);
  }
}

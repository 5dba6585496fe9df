import type { ServerResponse } from 'node:http';
import type { PageNews } from './page-messages.js';
import { PAGE_HEADERS } from './static-files.js';

/** Tells pages what is new, as server-sent events. Who comes later gets the newest of each type. */
export class NewsStream {
  readonly #listeners = new Set<ServerResponse>();
  readonly #newest = new Map<PageNews['type'], string>();

  answer(response: ServerResponse): void {
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream' });
    response.write([...this.#newest.values()].join(''));
    this.#listeners.add(response);
    response.once('close', () => this.#listeners.delete(response));
  }

  /** Resolves when every listener's connection took it, or is gone. */
  async tell(news: PageNews): Promise<void> {
    const text = `data: ${JSON.stringify(news)}\n\n`;
    this.#newest.set(news.type, text);
    await Promise.all([...this.#listeners].map((response) => new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.write(text, () => {
        response.off('close', resolve);
        resolve();
      });
    })));
  }
}

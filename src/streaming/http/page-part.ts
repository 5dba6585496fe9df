import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventStream } from './event-stream.js';
import type { PostMessage } from './post.js';
import { NewestBody } from './newest-body.js';
import type { LiveSettings } from '../live-video/live-part.js';
import type { Owner } from './owner.js';
import { PAGE_HEADERS } from './page-headers.js';
import { StaticFiles } from './static-files.js';
import type { RouteRule, WebPart } from './web-server.js';

export type PageSettings = {
  /** URL of a folder: its `index.html` is served at `/`, its other files by their names. */
  readonly folder: string;
  /** URLs of scripts that the folder's scripts import from elsewhere, by path. */
  readonly shared?: Readonly<Record<string, string>>;
  /** Paths of the newest picture: `GET PATH?after=SEQ` waits for one with a higher number. */
  readonly newest: readonly string[];
  /** Paths of server-sent events. */
  readonly events: readonly string[];
  /** Requests that the owner answers: `POST /slow`. */
  readonly asked: readonly string[];
  /** Live pictures of cameras beside the page; absent: none. */
  readonly live?: LiveSettings;
};

/** Pictures are asked for as long as a browser has asked within this many ticks. */
const WATCHED_TICKS = 5;
/** Requests that wait for the owner. */
const MOST_ASKED = 64;

type Watched = { readonly body: NewestBody; ticksLeft: number };

/** Pages at the server's address: their files, and what their owner posts for them. */
export class PagePart implements WebPart {
  readonly #owner: Owner;
  readonly #files: StaticFiles;
  readonly #newest: ReadonlyMap<string, Watched>;
  readonly #events: ReadonlyMap<string, EventStream>;
  readonly #asked: ReadonlySet<string>;
  #asking = 0;

  constructor({ folder, shared = {}, newest, events, asked }: PageSettings, owner: Owner) {
    this.#owner = owner;
    this.#files = new StaticFiles(
      new URL(folder),
      Object.fromEntries(Object.entries(shared).map(([path, url]) => [path, new URL(url)])),
    );
    this.#newest = new Map(newest.map((path) => [path, { body: new NewestBody(), ticksLeft: 0 }]));
    this.#events = new Map(events.map((path) => [path, new EventStream()]));
    this.#asked = new Set(asked);
  }

  /** Takes a post of one of its paths. */
  post({ topic, key, body, seq = 0, id }: PostMessage): void {
    if (typeof body !== 'string') {
      this.#newest.get(topic)?.body.publish(seq, body);
      return;
    }
    const sent = this.#events.get(topic)?.send(key, body) ?? Promise.resolve();
    if (id !== undefined) void sent.then(() => this.#owner.delivered(id));
  }

  /** The code of the pages is everyone's, so that a page can ask for a token. */
  rule(method: string, path: string): RouteRule | undefined {
    return method === 'GET' && this.#files.has(path) ? { role: 'anyone' } : undefined;
  }

  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const [path, query = ''] = (request.url ?? '/').split('?', 2);
    const method = request.method ?? '';
    if (this.#asked.has(`${method} ${path}`)) {
      void this.#ask(`${method} ${path}`, query, response);
      return true;
    }
    if (method !== 'GET' && method !== 'HEAD') return false;
    const newest = this.#newest.get(path);
    const events = this.#events.get(path);
    if (newest === undefined && events === undefined) return this.#files.answer(path, response);
    // An endless answer has no length for HEAD.
    if (method === 'HEAD') return false;
    events?.answer(response);
    if (newest !== undefined) {
      if (newest.ticksLeft === 0) void this.#owner.join(path);
      newest.ticksLeft = WATCHED_TICKS;
      newest.body.answer(Number(new URLSearchParams(query).get('after') ?? -1), response);
    }
    return true;
  }

  tick(): void {
    for (const [path, watched] of this.#newest) {
      if (watched.ticksLeft === 0 || watched.body.isAsked) continue;
      watched.ticksLeft -= 1;
      if (watched.ticksLeft > 0) continue;
      watched.body.clear();
      this.#owner.left(path);
    }
  }

  async #ask(what: string, query: string, response: ServerResponse): Promise<void> {
    let status = 503;
    if (this.#asking < MOST_ASKED) {
      this.#asking += 1;
      ({ status } = await this.#owner.ask(what, query));
      this.#asking -= 1;
    }
    response.writeHead(status, PAGE_HEADERS).end();
  }
}

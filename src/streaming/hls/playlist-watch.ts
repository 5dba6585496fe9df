import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as AgentTls, request as requestTls } from 'node:https';
import type { SchedulerLike, Subscription } from 'rxjs';
import { readPlaylist, type Segment } from './playlist.js';
import { programDates, type ProgramDates } from './program-dates.js';

export type PlaylistWatchOptions = {
  readonly scheduler: SchedulerLike;
  /** Timeout of each response. */
  readonly timeoutMs: number;
};

const MAX_BYTES = 4 * 2 ** 20;
const MAX_REDIRECTS = 5;
/** Limit for a playlist that redirects to itself. */
const MAX_DEPTH = 3;
const LEAST_POLL_MS = 1_000;
const MOST_POLL_MS = 30_000;

/**
 * Reads the playlist of a live stream beside the player, as often as the stream says that it changes (RFC 8216 §6.3.4),
 * to get its dates. If it cannot be read, there are none; the player reports the reason.
 */
export class PlaylistWatch {
  readonly #options: PlaylistWatchOptions;
  readonly #agents = {
    'http:': new Agent({ keepAlive: true, maxSockets: 1 }),
    'https:': new AgentTls({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false }),
  };
  #url: string;
  #depth = 0;
  #dates: ProgramDates | undefined;
  #targetDurationMs: number | undefined;
  #request: ClientRequest | undefined;
  #closed: Promise<void> = Promise.resolve();
  #next: Subscription | undefined;
  #timeout: Subscription | undefined;
  #isOver = false;

  /** @param url of `http` or `https`; credentials percent-encoded, as for the player */
  constructor(url: string, options: PlaylistWatchOptions) {
    this.#url = url;
    this.#options = options;
    this.#fetch(0);
  }

  /** From the playlist; undefined before the first fetch. */
  get targetDurationMs(): number | undefined {
    return this.#targetDurationMs;
  }

  /** @param url of a segment, absolute, as the player opens it */
  find(url: string): Segment | undefined {
    return this.#dates?.find(url);
  }

  /** Resolves when no socket is open. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#next?.unsubscribe();
    this.#timeout?.unsubscribe();
    this.#request?.destroy();
    for (const agent of Object.values(this.#agents)) agent.destroy();
    await this.#closed;
  }

  #fetch(redirects: number): void {
    if (this.#isOver || !URL.canParse(this.#url)) return;
    const url = new URL(this.#url);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return;
    const headers = { accept: '*/*', 'user-agent': 'Nowcast', ...authorizationOf(url) };
    // Node would throw on credentials that are not UTF-8.
    [url.username, url.password] = ['', ''];
    // ffmpeg does not check certificates either.
    const request =
      url.protocol === 'https:'
        ? requestTls(url, { headers, agent: this.#agents['https:'] })
        : requestHttp(url, { headers, agent: this.#agents['http:'] });
    this.#request = request;
    this.#closed = new Promise((resolve) => {
      request.once('close', resolve);
    });
    this.#timeout = this.#options.scheduler.schedule(() => request.destroy(), this.#options.timeoutMs);
    let text: string | undefined;
    let location: string | undefined;
    request.once('response', (answer) => {
      const {
        statusCode = 0,
        headers: { location: to },
      } = answer;
      if (statusCode >= 301 && statusCode <= 308) location = to;
      read(answer, (whole) => {
        if (statusCode === 200) text = whole;
      });
    });
    request.on('error', () => undefined);
    request.once('close', () => {
      this.#timeout?.unsubscribe();
      if (this.#isOver) return;
      if (location !== undefined && redirects < MAX_REDIRECTS && URL.canParse(location, this.#url)) {
        this.#url = new URL(location, this.#url).href;
        this.#fetch(redirects + 1);
      } else this.#read(text);
    });
    request.end();
  }

  #read(text: string | undefined): void {
    const playlist = text === undefined ? undefined : readPlaylist(text);
    if (playlist?.kind === 'master') {
      // ffmpeg plays the first video stream, which is that of the first variant.
      const [variant] = playlist.variants;
      if (variant === undefined || ++this.#depth > MAX_DEPTH || !URL.canParse(variant.uri, this.#url)) return;
      this.#url = new URL(variant.uri, this.#url).href;
      this.#fetch(0);
      return;
    }
    if (playlist !== undefined) {
      this.#dates ??= programDates(this.#url);
      this.#dates.update(playlist);
      this.#targetDurationMs = playlist.targetDurationMs;
      if (playlist.hasEnded) return;
    }
    const pauseMs = Math.min(MOST_POLL_MS, Math.max(LEAST_POLL_MS, this.#targetDurationMs ?? this.#options.timeoutMs));
    this.#next = this.#options.scheduler.schedule(() => this.#fetch(0), pauseMs);
  }
}

/** The bytes of a URL's percent-encoded credentials. */
function authorizationOf({ username, password }: URL): { readonly authorization?: string } {
  if (username === '' && password === '') return {};
  const bytes = `${username}:${password}`.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  );
  return { authorization: `Basic ${Buffer.from(bytes, 'latin1').toString('base64')}` };
}

/** Passes the body on if it is complete and no larger than a playlist may be. */
function read(answer: IncomingMessage, onWhole: (text: string) => void): void {
  const pieces: Buffer[] = [];
  let byteCount = 0;
  answer.on('error', () => undefined);
  answer.on('data', (piece: Buffer) => {
    byteCount += piece.length;
    if (byteCount > MAX_BYTES) answer.destroy();
    else pieces.push(piece);
  });
  answer.once('end', () => onWhole(Buffer.concat(pieces).toString('utf8')));
}

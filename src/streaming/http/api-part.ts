import type { IncomingMessage, ServerResponse } from 'node:http';
import type { After } from '../../core/after.js';
import type { Clock } from '../../core/clock.js';
import type { Answer, ApiSettings } from './answer.js';
import type { Owner } from './owner.js';
import { reply } from './reply.js';
import { TokenBucket, type Rate } from './token-bucket.js';
import type { WebPart } from './web-server.js';

export type ApiEnvironment = { readonly clock: Clock; readonly after: After };

/** An answer serves all requests of the same path for this long, so that no number of clients burdens the owner. */
const FRESH_MS = 250;
/** An owner that takes longer hangs. */
const PATIENCE_MS = 2000;
/** Questions to the owner, whoever asks. */
const QUESTIONS: Rate = { burst: 100, perSecond: 50 };
/** Different requests that wait for the owner. */
const MOST_ASKED = 64;
/** Answers that are kept; clients can ask for any path. */
const MOST_KEPT = 256;

type Kept = { readonly atMs: number; readonly answer: Promise<Answer> };

/**
 * Requests that the owner of the server answers. Equal requests within {@link FRESH_MS} get one answer; an owner that
 * does not answer is reported as 503.
 */
export class ApiPart implements WebPart {
  readonly #settings: ApiSettings;
  readonly #owner: Owner;
  readonly #environment: ApiEnvironment;
  readonly #kept = new Map<string, Kept>();
  readonly #questions: TokenBucket;
  #asked = 0;

  constructor(settings: ApiSettings, owner: Owner, environment: ApiEnvironment) {
    this.#settings = settings;
    this.#owner = owner;
    this.#environment = environment;
    this.#questions = new TokenBucket(QUESTIONS, environment.clock.now());
  }

  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { method = '', url = '/' } = request;
    const [path, query = ''] = url.split('?', 2);
    const isOurs = this.#settings.prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
    if (!isOurs || (method !== 'GET' && method !== 'HEAD')) return false;
    void this.#answerTo(path, query).then((answer) => send(response, answer));
    return true;
  }

  tick(): void {
    const nowMs = this.#environment.clock.now();
    for (const [key, { atMs }] of this.#kept) if (nowMs - atMs >= FRESH_MS) this.#kept.delete(key);
  }

  #answerTo(path: string, query: string): Promise<Answer> {
    const key = `${path}?${query}`;
    const kept = this.#kept.get(key);
    const nowMs = this.#environment.clock.now();
    if (kept !== undefined && nowMs - kept.atMs < FRESH_MS) return kept.answer;
    if (this.#asked >= MOST_ASKED || !this.#questions.take(nowMs)) return Promise.resolve(BUSY);
    const answer = this.#ask(path, query);
    if (this.#kept.size < MOST_KEPT) this.#kept.set(key, { atMs: nowMs, answer });
    return answer;
  }

  async #ask(path: string, query: string): Promise<Answer> {
    this.#asked += 1;
    let cancel = (): void => undefined;
    const late = new Promise<Answer>((resolve) => {
      cancel = this.#environment.after(PATIENCE_MS, () => resolve(SILENT));
    });
    const answer = this.#owner.ask(`GET ${path}`, query);
    // A silent owner's requests count until it answers, so that they cannot pile up.
    void answer.then(() => (this.#asked -= 1));
    try {
      return await Promise.race([answer, late]);
    } finally {
      cancel();
    }
  }
}

const BUSY: Answer = { status: 503, body: 'too many different requests at once; try again' };
const SILENT: Answer = { status: 503, body: `Nowcast did not answer within ${PATIENCE_MS / 1000} s` };

function send(response: ServerResponse, { status, contentType, headers, body = '' }: Answer): void {
  if (contentType === undefined && status >= 400) {
    reply(response, status, { error: String(body) });
    return;
  }
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(contentType !== undefined && { 'content-type': contentType }),
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

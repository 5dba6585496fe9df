import type { IncomingMessage, ServerResponse } from 'node:http';
import type { After } from '../../core/after.js';
import type { Clock } from '../../core/clock.js';
import type { Answer, ApiRoute, ApiSettings, Write } from './answer.js';
import type { Owner } from './owner.js';
import { reply } from './reply.js';
import { RouteTable } from './route-table.js';
import { sendFile } from './send-file.js';
import { SharedRate } from './shared-rate.js';
import { TokenBucket, type Rate } from './token-bucket.js';
import type { Asker, RouteRule, WebPart } from './web-server.js';

export type ApiEnvironment = { readonly clock: Clock; readonly after: After };

/** An answer serves all requests of the same path for this long, so that no number of clients burdens the owner. */
const FRESH_MS = 250;
/** An owner that takes longer hangs. */
const PATIENCE_MS = 2000;
/** Starting a camera anew takes longer than an answer. */
const PATIENCE_OF_WRITES_MS = 10_000;
/** Questions to the owner, of all users. */
const QUESTIONS: Rate = { burst: 200, perSecond: 50 };
/** Requests that change something. */
const WRITES: Rate = { burst: 20, perSecond: 5 };
/** Where no user needs a token. */
const NOBODY = 'nobody';
/** Different requests that wait for the owner. */
const MOST_ASKED = 64;
/** Room beyond those for the questions of supervisors: as many as a silent owner gets within its patience. */
const MOST_ASKED_OF_ALL = MOST_ASKED + 32;
/** Answers that are kept; clients can ask for any path. */
const MOST_KEPT = 256;

type Kept = { readonly atMs: number; readonly answer: Promise<Answer> };

/**
 * Requests that the owner of the server answers. Equal requests within {@link FRESH_MS} get one answer; an owner that
 * does not answer is reported as 503.
 */
export class ApiPart implements WebPart {
  readonly #routes: RouteTable<ApiRoute>;
  readonly #owner: Owner;
  readonly #environment: ApiEnvironment;
  readonly #kept = new Map<string, Kept>();
  readonly #questions: SharedRate;
  readonly #writes: TokenBucket;
  #asked = 0;

  constructor({ routes }: ApiSettings, owner: Owner, environment: ApiEnvironment) {
    this.#routes = new RouteTable(routes);
    this.#owner = owner;
    this.#environment = environment;
    this.#questions = new SharedRate(QUESTIONS, environment.clock.now());
    this.#writes = new TokenBucket(WRITES, environment.clock.now());
  }

  rule(method: string, path: string, query: string): RouteRule | undefined {
    const route = this.#routes.find(method, path)?.route;
    if (route === undefined) return undefined;
    const role = route.role === 'anyone' && query !== '' ? 'viewer' : route.role;
    return method === 'GET' ? { role } : { role, takesBody: true };
  }

  answer(request: IncomingMessage, response: ServerResponse, { user, body }: Asker): boolean {
    const { method = '', url = '/' } = request;
    const [path, query = ''] = url.split('?', 2);
    const read = method === 'HEAD' ? 'GET' : method;
    const route = this.#routes.find(read, path)?.route;
    if (route === undefined) return false;
    const answer =
      read === 'GET'
        ? this.#read(path, query, user?.name ?? NOBODY, query === '' && route.role === 'anyone')
        : this.#write(`${method} ${path}`, query, { body, by: user?.name ?? NOBODY });
    void answer.then((given) => send(response, given));
    return true;
  }

  tick(): void {
    const nowMs = this.#environment.clock.now();
    for (const [key, { atMs }] of this.#kept) if (nowMs - atMs >= FRESH_MS) this.#kept.delete(key);
    this.#questions.tidy(nowMs);
  }

  /**
   * @param isForAll a question such as `/livez`, which no client's others may keep from its answer; there are few of
   *   them, so that {@link FRESH_MS} limits their rate
   */
  #read(path: string, query: string, user: string, isForAll: boolean): Promise<Answer> {
    const key = `${path}?${query}`;
    const kept = this.#kept.get(key);
    const nowMs = this.#environment.clock.now();
    if (kept !== undefined && nowMs - kept.atMs < FRESH_MS) return kept.answer;
    const isTooMuch = isForAll
      ? this.#asked >= MOST_ASKED_OF_ALL
      : this.#asked >= MOST_ASKED || !this.#questions.take(user, nowMs);
    if (isTooMuch) return Promise.resolve(BUSY);
    const answer = this.#ask(`GET ${path}`, query, PATIENCE_MS);
    if (isForAll || this.#kept.size < MOST_KEPT) this.#kept.set(key, { atMs: nowMs, answer });
    return answer;
  }

  async #write(what: string, query: string, write: Write): Promise<Answer> {
    if (this.#asked >= MOST_ASKED || !this.#writes.take(this.#environment.clock.now())) return BUSY;
    const answer = await this.#ask(what, query, PATIENCE_OF_WRITES_MS, write);
    // The next reader sees the change.
    this.#kept.clear();
    return answer;
  }

  async #ask(what: string, query: string, patienceMs: number, write?: Write): Promise<Answer> {
    this.#asked += 1;
    let cancel = (): void => undefined;
    const late = new Promise<Answer>((resolve) => {
      cancel = this.#environment.after(patienceMs, () => resolve(silent(patienceMs)));
    });
    const answer = this.#owner.ask(what, query, write);
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

function silent(patienceMs: number): Answer {
  return { status: 503, body: `Nowcast did not answer within ${patienceMs / 1000} s` };
}

function send(response: ServerResponse, { status, contentType, headers, body = '', file }: Answer): void {
  if (contentType === undefined && status >= 400) {
    reply(response, status, { error: String(body) });
    return;
  }
  const known = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...headers,
  };
  if (file !== undefined) {
    void sendFile(response, file, known);
    return;
  }
  response.writeHead(status, { ...known, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

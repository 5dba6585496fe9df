import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as AgentTls, request as requestTls } from 'node:https';
import type { UnitStreamEnd } from '../../core/coded-unit.js';
import type { HttpAuthorizer } from './authorizer.js';

const MAX_REDIRECTS = 5;

export type PictureRequestEvents = {
  /** The camera answers with 200; what it sends is still to come. */
  onAnswer(answer: IncomingMessage): void;
  /** It will not. */
  onFailure(end: UnitStreamEnd): void;
};

/** Asks a camera for pictures, and goes where it sends us and as whom it wants us. One request at a time. */
export class PictureRequest {
  #url: URL;
  readonly #home: string;
  readonly #authorizer: HttpAuthorizer;
  readonly #events: PictureRequestEvents;
  readonly #agents = { 'http:': new Agent({ keepAlive: true, maxSockets: 1 }), 'https:': new AgentTls({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false }) };
  #request: ClientRequest | undefined;
  #closed: Promise<void> = Promise.resolve();
  #isOver = false;

  /** @param url without credentials */
  constructor(url: URL, authorizer: HttpAuthorizer, events: PictureRequestEvents) {
    this.#url = url;
    this.#home = url.origin;
    this.#authorizer = authorizer;
    this.#events = events;
  }

  send(redirects = 0): void {
    if (this.#isOver) return;
    const isTls = this.#url.protocol === 'https:';
    const path = `${this.#url.pathname}${this.#url.search}`;
    // Another server is not to learn the password.
    const authorization = this.#url.origin === this.#home ? this.#authorizer.authorize('GET', path) : undefined;
    const headers = { accept: '*/*', 'user-agent': 'nowcast', ...(authorization === undefined ? {} : { authorization }) };
    // Cameras sign their own certificates; ffmpeg does not check them either.
    const request = isTls ? requestTls(this.#url, { headers, agent: this.#agents['https:'] }) : requestHttp(this.#url, { headers, agent: this.#agents['http:'] });
    this.#request = request;
    this.#closed = new Promise((resolve) => { request.once('close', resolve); });
    let hasAnswered = false;
    request.once('response', (answer) => {
      hasAnswered = true;
      answer.on('error', () => undefined);
      this.#answered(answer, authorization !== undefined, redirects);
    });
    request.on('error', (error) => this.#fail(hasAnswered
      ? { kind: 'lost', reason: `the connection broke: ${error.message}` }
      : { kind: 'away', reason: `nobody answers: ${error.message}` }));
    request.end();
  }

  /** Resolves when no socket is open. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#request?.destroy();
    for (const agent of Object.values(this.#agents)) agent.destroy();
    await this.#closed;
  }

  #answered(answer: IncomingMessage, wasAuthorized: boolean, redirects: number): void {
    const { statusCode = 0, headers } = answer;
    if (this.#isOver) return;
    if (statusCode === 200) {
      this.#events.onAnswer(answer);
      return;
    }
    answer.resume();
    const challenges = answer.headersDistinct['www-authenticate'] ?? [];
    const again = (): void => { answer.once('close', () => this.send(redirects + 1)); };
    if (redirects >= MAX_REDIRECTS) this.#fail({ kind: 'refused', reason: `the camera sent us elsewhere ${MAX_REDIRECTS} times` });
    else if (statusCode === 401 && this.#authorizer.meet(challenges, wasAuthorized)) again();
    else if (statusCode === 401 && !wasAuthorized && challenges.some((challenge) => /(?:^|,)\s*digest\b/i.test(challenge))) {
      this.#fail({ kind: 'unsupported', reason: 'the camera asks for digest authentication' });
    } else if (statusCode >= 301 && statusCode <= 308 && headers.location !== undefined) this.#redirect(headers.location, again);
    else this.#fail({ kind: 'refused', reason: `the camera answers ${statusCode} ${answer.statusMessage ?? ''}`.trim() });
  }

  #redirect(location: string, again: () => void): void {
    const target = URL.canParse(location, this.#url.href) ? new URL(location, this.#url) : undefined;
    if (target?.protocol !== 'http:' && target?.protocol !== 'https:') {
      this.#fail({ kind: 'refused', reason: 'the camera sends us to an address that is none of HTTP' });
      return;
    }
    [target.username, target.password] = ['', ''];
    this.#url = target;
    again();
  }

  #fail(end: UnitStreamEnd): void {
    if (!this.#isOver) this.#events.onFailure(end);
  }
}

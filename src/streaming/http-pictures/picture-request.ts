import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as AgentTls, request as requestTls } from 'node:https';
import type { UnitStreamEnd } from '../../core/coded-unit.js';
import type { Authenticator } from '../rtsp/dialogue/authentication.js';
import { strongestChallenge } from '../rtsp/dialogue/challenge.js';
import { socketFailure, statusFailure } from '../rtsp/failure.js';

/** Most redirects and challenges in a row. */
const MAX_ATTEMPTS = 6;

export type PictureRequestEvents = {
  /** The camera responds with 200; the body is still to come. */
  onAnswer(answer: IncomingMessage): void;
  /** The request failed. */
  onFailure(end: UnitStreamEnd): void;
  onNotice(text: string): void;
};

/** Requests pictures from a camera, follows its redirects and answers its challenges. One request at a time. */
export class PictureRequest {
  #url: URL;
  readonly #home: URL;
  readonly #authenticator: Authenticator;
  readonly #events: PictureRequestEvents;
  readonly #agents = {
    'http:': new Agent({ keepAlive: true, maxSockets: 1 }),
    'https:': new AgentTls({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false }),
  };
  #request: ClientRequest | undefined;
  #closed: Promise<void> = Promise.resolve();
  #isOver = false;

  /** @param url without credentials */
  constructor(url: URL, authenticator: Authenticator, events: PictureRequestEvents) {
    this.#url = url;
    this.#home = url;
    this.#authenticator = authenticator;
    this.#events = events;
  }

  /** The address after the redirects so far. */
  get url(): URL {
    return this.#url;
  }

  send(attempts = 1): void {
    if (this.#isOver) return;
    const isTls = this.#url.protocol === 'https:';
    const authorization = this.#isTrusted()
      ? this.#authenticator.authorize('GET', `${this.#url.pathname}${this.#url.search}`)
      : undefined;
    const headers = {
      accept: '*/*',
      'user-agent': 'Nowcast',
      ...(authorization === undefined ? {} : { authorization: utf8Field(authorization) }),
    };
    // Cameras sign their own certificates; ffmpeg does not check them either.
    const request = isTls
      ? requestTls(this.#url, { headers, agent: this.#agents['https:'] })
      : requestHttp(this.#url, { headers, agent: this.#agents['http:'] });
    this.#request = request;
    this.#closed = new Promise((resolve) => {
      request.once('close', resolve);
    });
    let hasAnswered = false;
    request.once('response', (answer) => {
      hasAnswered = true;
      answer.on('error', () => undefined);
      this.#answered(answer, authorization !== undefined, attempts);
    });
    request.on('error', ({ code }: NodeJS.ErrnoException) =>
      this.#fail(
        code?.startsWith('HPE_') === true
          ? { kind: 'unsupported', reason: 'the camera answers with something other than HTTP/1.1' }
          : socketFailure(code, hasAnswered, hasAnswered).end,
      ),
    );
    request.end();
  }

  /** Resolves when no socket is open. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#request?.destroy();
    for (const agent of Object.values(this.#agents)) agent.destroy();
    await this.#closed;
  }

  /** Neither another server nor an eavesdropper may see the password; the same camera over TLS may. */
  #isTrusted(): boolean {
    return (
      this.#url.origin === this.#home.origin ||
      (this.#url.hostname === this.#home.hostname && this.#url.protocol === 'https:')
    );
  }

  #answered(answer: IncomingMessage, wasAuthorized: boolean, attempts: number): void {
    const { statusCode = 0, headers } = answer;
    if (this.#isOver) return;
    if (statusCode === 200) {
      if (wasAuthorized) this.#authenticator.accept();
      if (wasAuthorized && this.#authenticator.isBasic && this.#url.protocol === 'http:') {
        this.#events.onNotice(
          'the camera asks for the password unencrypted (Basic authentication): anyone on the network can read it',
        );
      }
      this.#events.onAnswer(answer);
      return;
    }
    answer.resume();
    const again = (): void => {
      if (attempts < MAX_ATTEMPTS) answer.once('close', () => this.send(attempts + 1));
      else this.#fail({ kind: 'refused', reason: `the camera redirects more than ${MAX_ATTEMPTS - 1} times` });
    };
    const challenge =
      statusCode === 401 && this.#isTrusted()
        ? strongestChallenge((answer.headersDistinct['www-authenticate'] ?? []).map(fieldAsUtf8))
        : undefined;
    if (challenge !== undefined && this.#authenticator.meet(challenge, wasAuthorized)) again();
    else if (statusCode >= 301 && statusCode <= 308 && headers.location !== undefined)
      this.#redirect(headers.location, again);
    else this.#fail(statusFailure('GET', statusCode).end);
  }

  #redirect(location: string, again: () => void): void {
    const target = URL.canParse(location, this.#url.href) ? new URL(location, this.#url) : undefined;
    if (target?.protocol !== 'http:' && target?.protocol !== 'https:') {
      this.#fail({ kind: 'refused', reason: 'the camera redirects to an address that is not HTTP' });
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

/** Node writes a header field's characters as bytes, and throws on characters beyond one byte. */
function utf8Field(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The reverse: Node reads each byte of a field as a character. */
function fieldAsUtf8(field: string): string {
  return Buffer.from(field, 'latin1').toString('utf8');
}

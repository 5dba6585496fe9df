import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from '../../sources/camera/credentials.js';
import type { Challenge, DigestChallenge } from './challenge.js';

export type DigestRequest = {
  readonly method: string;
  /** The URI of the request line. */
  readonly uri: string;
  /** The client's nonce; any text that a server cannot predict. */
  readonly cnonce: string;
  /** How often this nonce of the server has been used, from 1. */
  readonly count: number;
};

/** The value of `Authorization` for a digest challenge (RFC 7616 §3.4, RFC 2617 §3.2.2). */
export function digestAuthorization(
  challenge: DigestChallenge,
  { user, password }: Credentials,
  request: DigestRequest,
): string {
  const { algorithm, realm, nonce, opaque, hasAuthQop } = challenge;
  const { method, uri, cnonce, count } = request;
  const isSession = algorithm.endsWith('-sess');
  const hash = (text: string): string =>
    createHash(algorithm.startsWith('SHA-256') ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const identity = hash(`${user}:${realm}:${password}`);
  const secret = isSession ? hash(`${identity}:${nonce}:${cnonce}`) : identity;
  const nc = count.toString(16).padStart(8, '0');
  const use = hasAuthQop ? `${nc}:${cnonce}:auth:` : '';
  const response = hash(`${secret}:${nonce}:${use}${hash(`${method}:${uri}`)}`);
  return [
    `Digest username=${quote(user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${response}"`,
    // Some cameras refuse an algorithm that equals the default.
    ...(algorithm === 'MD5' ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(hasAuthQop ? ['qop=auth', `nc=${nc}`] : []),
    ...(hasAuthQop || isSession ? [`cnonce=${quote(cnonce)}`] : []),
  ].join(', ');
}

/** The value of `Authorization` for a basic challenge (RFC 7617 §2). */
function basicAuthorization({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Answers the challenges of one server. Sends no credentials before there is a challenge. */
export class Authenticator {
  readonly #credentials: Credentials | undefined;
  #challenge: Challenge | undefined;
  #count = 0;
  #isAccepted = false;
  #isRefused = false;

  constructor(credentials: Credentials | undefined) {
    this.#credentials = credentials;
  }

  /** Undefined without a challenge, or without credentials. */
  authorize(method: string, uri: string): string | undefined {
    if (this.#credentials === undefined || this.#challenge === undefined) return undefined;
    if (this.#challenge.scheme === 'basic') return basicAuthorization(this.#credentials);
    return digestAuthorization(this.#challenge, this.#credentials, {
      method,
      uri,
      cnonce: randomBytes(16).toString('hex'),
      count: ++this.#count,
    });
  }

  /** Notes that the server accepted the last authorization. */
  accept(): void {
    if (this.#challenge !== undefined) this.#isAccepted = true;
  }

  /**
   * Notes that the server refused a request with 401.
   * @param wasAuthorized whether it carried an authorization
   * @returns whether to send it again: the credentials are untried, or their nonce is too old
   */
  meet(challenge: Challenge | undefined, wasAuthorized: boolean): boolean {
    if (this.#credentials === undefined || challenge === undefined) return false;
    const before = this.#challenge;
    const isRenewed = challenge.scheme === 'digest' && before?.scheme === 'digest' && before.nonce !== challenge.nonce;
    // Few servers send `stale`. A server that accepts each nonce once sends a new one after credentials that it
    // accepted before.
    const isWorthwhile = !wasAuthorized || (isRenewed && (challenge.isStale || this.#isAccepted));
    this.#challenge = challenge;
    this.#count = 0;
    this.#isAccepted = false;
    this.#isRefused = !isWorthwhile;
    return isWorthwhile;
  }

  /** True if there are credentials, and a challenge that they have not answered yet, or whose answer got no reply. */
  get isUntried(): boolean {
    return this.#credentials !== undefined && this.#challenge !== undefined && !this.#isAccepted && !this.#isRefused;
  }

  /** The basic scheme sends the password practically in plain text. */
  get isBasic(): boolean {
    return this.#challenge?.scheme === 'basic';
  }
}

/** A quoted string of RFC 7230 §3.2.6. Line ends, which would end the field, are removed. */
function quote(text: string): string {
  return `"${text.replaceAll(/[\r\n\0]/g, '').replaceAll(/["\\]/g, '\\$&')}"`;
}

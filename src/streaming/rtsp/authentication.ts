import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from '../sources/camera/credentials.js';
import type { Challenge, DigestChallenge } from './challenge.js';

export type DigestRequest = {
  readonly method: string;
  /** As in the request line. */
  readonly uri: string;
  /** The client's nonce; any text that a server cannot foresee. */
  readonly cnonce: string;
  /** Which use of the server's nonce this is, from 1. */
  readonly count: number;
};

/** The value of `Authorization` for a digest challenge (RFC 7616 §3.4, RFC 2617 §3.2.2). */
export function digestAuthorization(challenge: DigestChallenge, { user, password }: Credentials, request: DigestRequest): string {
  const { algorithm, realm, nonce, opaque, hasAuthQop } = challenge;
  const { method, uri, cnonce, count } = request;
  const isSession = algorithm.endsWith('-sess');
  const hash = (text: string): string => createHash(algorithm.startsWith('SHA-256') ? 'sha256' : 'md5').update(text).digest('hex');
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
    // Some cameras refuse an algorithm that goes without saying.
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

/** Answers the challenges of one server. Says nothing of the credentials before there is a challenge. */
export class Authenticator {
  readonly #credentials: Credentials | undefined;
  #challenge: Challenge | undefined;
  #count = 0;
  #isAccepted = false;
  #isRefused = false;

  constructor(credentials: Credentials | undefined) {
    this.#credentials = credentials;
  }

  /** Undefined where no challenge has come, or nobody to answer it. */
  authorize(method: string, uri: string): string | undefined {
    if (this.#credentials === undefined || this.#challenge === undefined) return undefined;
    if (this.#challenge.scheme === 'basic') return basicAuthorization(this.#credentials);
    return digestAuthorization(this.#challenge, this.#credentials, { method, uri, cnonce: randomBytes(16).toString('hex'), count: ++this.#count });
  }

  /** The last authorization was taken. */
  accept(): void {
    if (this.#challenge !== undefined) this.#isAccepted = true;
  }

  /**
   * A request was refused with 401.
   * @param wasAuthorized whether it carried an authorization
   * @returns whether to send it again: the credentials have not been tried, or their nonce is too old
   */
  meet(challenge: Challenge | undefined, wasAuthorized: boolean): boolean {
    if (this.#credentials === undefined || challenge === undefined) return false;
    const before = this.#challenge;
    const isRenewed = challenge.scheme === 'digest' && before?.scheme === 'digest' && before.nonce !== challenge.nonce;
    // Few servers say `stale`; those that take each nonce once send a new one to credentials that they took before.
    const isWorthwhile = !wasAuthorized || (isRenewed && (challenge.isStale || this.#isAccepted));
    this.#challenge = challenge;
    this.#count = 0;
    this.#isAccepted = false;
    this.#isRefused = !isWorthwhile;
    return isWorthwhile;
  }

  /** There are credentials, and a challenge that they have not been sent for, or sent without an answer. */
  get isUntried(): boolean {
    return this.#credentials !== undefined && this.#challenge !== undefined && !this.#isAccepted && !this.#isRefused;
  }

  /** The password crosses the network as good as in the clear. */
  get isBasic(): boolean {
    return this.#challenge?.scheme === 'basic';
  }
}

/** A quoted string of RFC 7230 §3.2.6; line ends, which would end the field, go. */
function quote(text: string): string {
  return `"${text.replaceAll(/[\r\n\0]/g, '').replaceAll(/["\\]/g, '\\$&')}"`;
}

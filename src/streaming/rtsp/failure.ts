import type { UnitStreamEnd } from '../../core/coded-unit.js';
import { failureReason } from '../sources/camera/connection/connection-failure.js';

/** Ends a session from within; never leaves this folder. */
export class SessionFailure extends Error {
  readonly end: UnitStreamEnd;

  constructor(kind: UnitStreamEnd['kind'], reason: string) {
    super(reason);
    this.name = 'SessionFailure';
    this.end = { kind, reason };
  }
}

/** ffmpeg's phrases, which `failureReason` translates for people: both readers share one source of texts. */
const PHRASES: Readonly<Record<string, string>> = {
  401: '401 Unauthorized',
  403: '403 Forbidden',
  404: '404 Not Found',
  461: '461 Unsupported transport',
  ECONNREFUSED: 'Connection refused',
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Name or service not known',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  EHOSTDOWN: 'Host is unreachable',
  EADDRNOTAVAIL: 'No route to host',
  ETIMEDOUT: 'timed out',
  ECONNRESET: 'Connection reset',
  ECONNABORTED: 'Connection reset',
  EPIPE: 'Broken pipe',
};

const CLOSED = wordsFor('ECONNRESET')!;

/** A reply with an error status (RFC 2326 §7.1.1). It omits the server's own text, which may contain anything. */
export function statusFailure(method: string, status: number): SessionFailure {
  const known =
    status >= 500 && status < 600 ? failureReason([`${status} Server Error`], false) : wordsFor(String(status));
  if (status === 454)
    return new SessionFailure('lost', '454 session not found: the camera has forgotten this connection');
  return new SessionFailure('refused', known ?? `the camera answers ${method} with status ${status}`);
}

/** Translates a socket's error before (`away`, `refused`) or after (`lost`) the session was set up. */
export function socketFailure(code: string | undefined, isConnected: boolean, isPlaying: boolean): SessionFailure {
  if (isPlaying) return new SessionFailure('lost', wordsFor(code) ?? CLOSED);
  if (isConnected) return new SessionFailure('refused', wordsFor(code) ?? CLOSED);
  // The OpenSSL of ffmpeg may support a TLS version that Node's does not.
  if (code?.startsWith('ERR_SSL') === true || code === 'EPROTO')
    return new SessionFailure('unsupported', 'the camera offers no TLS version that Nowcast supports');
  const reason = wordsFor(code);
  if (reason === CLOSED) return new SessionFailure('refused', reason);
  return new SessionFailure('away', reason ?? `the camera cannot be reached (${code ?? 'unknown'})`);
}

/** No reply came in time. */
export function timeoutFailure(): SessionFailure {
  return new SessionFailure('away', wordsFor('ETIMEDOUT')!);
}

function wordsFor(key: string | undefined): string | undefined {
  const phrase = PHRASES[key ?? ''];
  return phrase === undefined ? undefined : failureReason([phrase], false);
}

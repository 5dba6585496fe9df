import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

export type AccessRules = {
  /** The server's own address. */
  readonly host: string;
  /** Origins of web pages that may connect, in addition to this server's own; `*` = all. */
  readonly allowedOrigins: readonly string[];
  /** Names of this machine; default: those that it has. */
  readonly ownNames?: readonly string[];
};

/** An HTTP status with the remedy. */
export type Refusal = {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429 | 503;
  /** For the client. */
  readonly message: string;
  /** For the log, in few words, without any text of the client; absent for mistakes that need no log. */
  readonly reason?: string;
};

/**
 * The reason to refuse a request that a foreign web page may have caused; undefined if none has. Requests that change
 * something come from programs and from the server's own pages alone.
 */
export function refusal(request: Pick<IncomingMessage, 'headers' | 'method'>, rules: AccessRules): Refusal | undefined {
  const host = request.headers.host ?? '';
  const isWrite = !isReading(request);
  const allowedOrigins = isWrite ? rules.allowedOrigins.filter((origin) => origin !== '*') : rules.allowedOrigins;
  if (!isOwnName(host, { ...rules, allowedOrigins })) {
    return {
      status: 403,
      reason: 'foreign host name',
      message: `the feed listens on ${rules.host} and does not accept the host name "${host}": connect to ${isLoopback(rules.host) ? 'localhost' : "this machine's address"}, or add the origin of that name to the allowed origins`,
    };
  }
  const { origin } = request.headers;
  // Programs send no Origin; a web page cannot omit it.
  if (origin !== undefined && !isAllowed(origin, host, isWrite ? [] : allowedOrigins)) {
    return {
      status: 403,
      reason: 'foreign page',
      message: isWrite
        ? `pages of ${origin} may not change anything here: only pages of this server may`
        : `pages of ${origin} may not read this feed: add it to the allowed origins`,
    };
  }
  return undefined;
}

/** Whether a request changes nothing. */
export function isReading({ method = 'GET' }: Pick<IncomingMessage, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** True if only programs of the same machine can reach the address. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    host === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/** Names that no public site can have, in addition to those without a dot. */
const PRIVATE_NAME = /\.(?:local|lan|home|internal|localdomain|home\.arpa)$/;

/**
 * True if no site of the internet can have pointed the name at this machine (DNS rebinding): an address, a private
 * name, a name of this machine, or the host of an allowed origin. A server on a loopback address accepts only loopback
 * addresses, because other machines reach it through a proxy alone.
 */
function isOwnName(host: string, { host: bound, allowedOrigins, ownNames }: AccessRules): boolean {
  const name = hostName(host);
  if (isLoopback(name) || allowedOrigins.includes('*') || originHosts(allowedOrigins).includes(host)) return true;
  if (isLoopback(bound) || name === '') return false;
  const isAddress = isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  const isPrivate = !name.includes('.') || PRIVATE_NAME.test(name);
  return (
    isAddress || isPrivate || name === bound.toLowerCase() || (ownNames ?? [hostname().toLowerCase()]).includes(name)
  );
}

function isAllowed(origin: string, host: string, allowed: readonly string[]): boolean {
  return allowed.includes('*') || allowed.includes(origin) || originHosts([origin])[0] === host.toLowerCase();
}

function originHosts(origins: readonly string[]): string[] {
  return origins.flatMap((origin) => (URL.canParse(origin) ? [new URL(origin).host] : []));
}

/** Without the port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/\.$/, '').toLowerCase();
}

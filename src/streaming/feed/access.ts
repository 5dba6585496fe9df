import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export type AccessRules = {
  /** The server's own address. */
  readonly host: string;
  /** The token that a client must present; undefined = anyone who can reach the port may connect. */
  readonly token?: string | undefined;
  /** Origins of web pages that may connect, in addition to this server's own; `*` = all. */
  readonly allowedOrigins: readonly string[];
};

/** An HTTP status with the remedy. */
export type Refusal = { readonly status: 401 | 403; readonly message: string };

/** The reason to refuse the request; undefined if it may see the feed. */
export function refusal(request: IncomingMessage, rules: AccessRules): Refusal | undefined {
  const host = request.headers.host ?? '';
  if (isLoopback(rules.host) && !isLoopback(hostName(host)) && !originHosts(rules.allowedOrigins).includes(host)) {
    return {
      status: 403,
      message: `the feed listens on ${rules.host} and does not accept the host name "${host}": connect to localhost, or add the origin of that name to the allowed origins`,
    };
  }
  const { origin } = request.headers;
  // Programs send no Origin; a web page cannot omit it.
  if (origin !== undefined && !isAllowed(origin, host, rules.allowedOrigins)) {
    return { status: 403, message: `pages of ${origin} may not read this feed: add it to the allowed origins` };
  }
  if (rules.token !== undefined && !sameSecret(shownToken(request), rules.token)) {
    return {
      status: 401,
      message:
        'this feed requires its token: send the header "Authorization: Bearer TOKEN", or in a browser add ?token=TOKEN to the address',
    };
  }
  return undefined;
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

function isAllowed(origin: string, host: string, allowed: readonly string[]): boolean {
  return allowed.includes('*') || allowed.includes(origin) || originHosts([origin])[0] === host;
}

function originHosts(origins: readonly string[]): string[] {
  return origins.flatMap((origin) => (URL.canParse(origin) ? [new URL(origin).host] : []));
}

/** Without the port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function shownToken(request: IncomingMessage): string {
  const [, bearer] = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return bearer ?? new URLSearchParams(request.url?.split('?')[1]).get('token') ?? '';
}

/** Takes equally long for every difference and every length. */
function sameSecret(a: string, b: string): boolean {
  const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
  return timingSafeEqual(digest(a), digest(b));
}

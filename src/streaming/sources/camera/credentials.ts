import { HIDDEN, redactUrls, SECRET_PARAMETER } from '../../../core/redact.js';

/** A URL split at its credentials. */
type UrlParts = {
  /** Scheme with `://`. */
  readonly scheme: string;
  readonly user?: string;
  readonly password?: string;
  /** Host, port, path and the rest. */
  readonly rest: string;
};

/** User and password, decoded as typed: a password may contain any character. */
export type Credentials = { readonly user: string; readonly password: string };

const SCHEME = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is;
const HOST = /^(?:\[[0-9a-z:.%]+\]|[\p{L}\p{N}._~%-]+)(?::\d+)?$/iu;
/** Shorter ones are ordinary words and digits; hiding these everywhere would garble every message. */
const LEAST_SECRET_LENGTH = 4;

/**
 * The URL in ffmpeg's format: with user and password percent-encoded. `%` before two hexadecimal digits counts as
 * encoded already.
 */
export function encodeCredentials(url: string): string {
  const { scheme, user, password, rest } = split(url);
  if (user === undefined) return url;
  return `${scheme}${encode(user)}${password === undefined ? '' : `:${encode(password)}`}@${rest}`;
}

/** The URL without its credentials, and the credentials decoded as ffmpeg decodes them, if there are any. */
export function separateCredentials(url: string): { readonly url: string; readonly credentials?: Credentials } {
  const { scheme, user, password, rest } = split(url);
  if (user === undefined) return { url };
  return {
    url: `${scheme}${rest}`,
    credentials: { user: decode(encode(user)), password: decode(encode(password ?? '')) },
  };
}

/**
 * Makes a function that removes a URL's secrets from any text, in each spelling that programs print. It also hides
 * those of other URLs in the text.
 */
export function redactorOf(url: string): (text: string) => string {
  const { scheme, user, password, rest } = split(url);
  const prefixes = [url, encodeCredentials(url)].map(upToLastAt).filter((prefix) => prefix !== '');
  const secrets = new Set<string>();
  const add = (secret: string): void => {
    for (const spelling of [secret, encode(secret), decode(secret), encode(decode(secret))]) {
      if (spelling.length >= LEAST_SECRET_LENGTH) secrets.add(spelling);
    }
  };
  if (password !== undefined) add(password);
  if (user !== undefined) secrets.add(Buffer.from(`${decode(user)}:${decode(password ?? '')}`).toString('base64'));
  for (const [parameter, name] of rest.matchAll(SECRET_PARAMETER)) add(parameter.slice(name.length));
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  return (text) => {
    const withoutUrl = prefixes.reduce((result, prefix) => result.replaceAll(prefix, `${scheme}${HIDDEN}@`), text);
    return longestFirst.reduce((result, secret) => result.replaceAll(secret, HIDDEN), redactUrls(withoutUrl));
  };
}

/**
 * Credentials end at the last `@` before the path, so a password may contain `@`, `:`, `#` and `?`. It may contain `/`
 * if the part before it cannot be a host.
 */
function split(url: string): UrlParts {
  const [, scheme, after] = SCHEME.exec(url) ?? ['', '', url];
  const at = scheme === '' ? -1 : endOfCredentials(after);
  if (at < 0 || (!/^rtsp/i.test(scheme) && startsWithHostAndQuery(after.slice(0, at)))) return { scheme, rest: after };
  const credentials = after.slice(0, at);
  const colon = credentials.indexOf(':');
  return {
    scheme,
    user: colon < 0 ? credentials : credentials.slice(0, colon),
    ...(colon < 0 ? {} : { password: credentials.slice(colon + 1) }),
    rest: after.slice(at + 1),
  };
}

/** Position of the `@` before the host: the path begins at the first `/` after a host. */
function endOfCredentials(after: string): number {
  for (let slash = after.indexOf('/'); ; slash = after.indexOf('/', slash + 1)) {
    const authority = slash < 0 ? after : after.slice(0, slash);
    const at = authority.lastIndexOf('@');
    if (slash < 0 || HOST.test(authority.slice(at + 1).split(/[?#]/)[0])) return at;
  }
}

/** `http://host?mail=a@b` has no credentials; `http://user:p?x@host` has. */
function startsWithHostAndQuery(text: string): boolean {
  const end = text.indexOf('?');
  return end >= 0 && text.includes('=') && HOST.test(text.slice(0, end));
}

/**
 * The part that may contain credentials under any reading; an `@` in the value of a secret parameter does not count.
 */
function upToLastAt(url: string): string {
  const [beforeSecrets] = url.split(SECRET_PARAMETER, 1);
  return beforeSecrets.slice(0, beforeSecrets.lastIndexOf('@') + 1);
}

function encode(text: string): string {
  return text.replaceAll(/%(?![0-9a-f]{2})|[^%\w.~-]/giu, (character) =>
    Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

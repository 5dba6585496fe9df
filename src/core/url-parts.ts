/** A URL split at its credentials. */
export type UrlParts = {
  /** Scheme with `://`; empty for a text that is no URL. */
  readonly scheme: string;
  /** As typed. */
  readonly user?: string;
  /** As typed. */
  readonly password?: string;
  /** Host, port, path and the rest. */
  readonly rest: string;
};

const SCHEME = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is;
const HOST = /^(?:\[[0-9a-z:.%]+\]|[\p{L}\p{N}_~%-]+(?:\.[\p{L}\p{N}_~%-]+)*\.?)(?::\d{1,5})?$/iu;

/** Whether a text can be the host of a URL, with or without a port. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}

/**
 * Credentials end at the last `@` before the path, so a password may contain `@`, `:`, `#` and `?`. It may contain `/`
 * if the part before it cannot be a host.
 */
export function splitUrl(url: string): UrlParts {
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

/**
 * The URL in ffmpeg's format: with user and password percent-encoded. `%` before two hexadecimal digits counts as
 * encoded already.
 */
export function encodeCredentials(url: string): string {
  const { scheme, user, password, rest } = splitUrl(url);
  if (user === undefined) return url;
  return `${scheme}${encodePart(user)}${password === undefined ? '' : `:${encodePart(password)}`}@${rest}`;
}

/** Position of the `@` before the host: the path begins at the first `/` after a host. */
function endOfCredentials(after: string): number {
  for (let slash = after.indexOf('/'); ; slash = after.indexOf('/', slash + 1)) {
    const authority = slash < 0 ? after : after.slice(0, slash);
    const at = authority.lastIndexOf('@');
    if (slash < 0 || isHost(authority.slice(at + 1).split(/[?#]/)[0])) return at;
  }
}

/** `http://host?mail=a@b` has no credentials; `http://user:p?x@host` has. */
function startsWithHostAndQuery(text: string): boolean {
  const end = text.indexOf('?');
  return end >= 0 && text.includes('=') && isHost(text.slice(0, end));
}

/** Percent-encodes a part of a URL; `%` before two hexadecimal digits counts as encoded already. */
export function encodePart(text: string): string {
  return text.replaceAll(/%(?![0-9a-f]{2})|[^%\w.~-]/giu, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
}

/** The text itself if its percent-encoding is invalid. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

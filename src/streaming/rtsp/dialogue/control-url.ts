/** The origin of a session description, from the reply to DESCRIBE. */
export type DescriptionOrigin = {
  /** The requested URL, without credentials. */
  readonly requestUrl: string;
  readonly contentBase?: string;
  readonly contentLocation?: string;
};

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#]/i;
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i;

/**
 * The base of relative URLs (RFC 2326 §C.1.1): Content-Base, else Content-Location, else the requested URL. Invalid
 * ones are skipped.
 */
export function baseUrl({ requestUrl, contentBase, contentLocation }: DescriptionOrigin): string {
  for (const candidate of [contentBase, contentLocation]) {
    const text = candidate?.trim() ?? '';
    if (ABSOLUTE.test(text)) return sendable(text);
    if (text.startsWith('/')) return sendable(`${originOf(requestUrl)}${text}`);
  }
  return sendable(requestUrl);
}

/**
 * The URL of a control attribute. A relative one is appended to the base after a slash, even to a base with a query:
 * ffmpeg and live555 do so, and cameras expect it, although RFC 3986 would replace the last segment. An absolute one is
 * sent as written, whatever host it names: it is the camera's own name for the track (often with an address that is
 * valid only behind its router), and the connection stays the same.
 * @param control as written; absent or `*` means the base itself
 */
export function controlUrl(base: string, control: string | undefined): string {
  const text = control?.trim() ?? '';
  if (text === '' || text === '*') return base;
  if (ABSOLUTE.test(text)) return sendable(text);
  if (base.endsWith('/') && text.startsWith('/')) return sendable(base + text.slice(1));
  return sendable(base.endsWith('/') || /^[/?]/.test(text) ? base + text : `${base}/${text}`);
}

/** A URL for a request line: without credentials, and without characters that would end the line or a word in it. */
export function sendable(url: string): string {
  return url
    .replace(CREDENTIALS, '$1')
    .replaceAll(/[^\x21-\x7e]/gu, (character) =>
      Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    );
}

/** Scheme, host and port. */
function originOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0] ?? url;
}

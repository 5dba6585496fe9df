import { separateCredentials, type Credentials } from '../../sources/camera/credentials.js';
import { sendable } from './control-url.js';

/** The parts of an RTSP URL. */
export type RtspAddress = {
  readonly host: string;
  readonly port: number;
  /** `rtsps`: TLS. */
  readonly isSecure: boolean;
  /** The URL for requests: without credentials. */
  readonly url: string;
  readonly credentials?: Credentials;
};

const PORTS: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322 };

/** Undefined if the text is not an `rtsp` or `rtsps` URL. */
export function addressOf(text: string): RtspAddress | undefined {
  const { url, credentials } = separateCredentials(text.trim());
  const requestUrl = sendable(url);
  if (!URL.canParse(requestUrl)) return undefined;
  const { protocol, hostname, port } = new URL(requestUrl);
  const standardPort = PORTS[protocol];
  const host = decoded(hostname.replace(/^\[|\]$/g, ''));
  if (standardPort === undefined || host === '') return undefined;
  return {
    host,
    port: port === '' ? standardPort : Number(port),
    isSecure: protocol === 'rtsps:',
    url: requestUrl,
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/**
 * The address that a redirect (RFC 2326 §11.3) names. It keeps the credentials only for the same host, and never from
 * TLS to plain TCP. Undefined if the location is not an RTSP URL.
 */
export function redirected(from: RtspAddress, location: string): RtspAddress | undefined {
  const to = addressOf(
    location.startsWith('/') ? `${/^[a-z]+:\/\/[^/?#]*/i.exec(from.url)?.[0] ?? ''}${location}` : location,
  );
  if (to === undefined || to.credentials !== undefined || from.credentials === undefined) return to;
  const isTrusted = to.host.toLowerCase() === from.host.toLowerCase() && (to.isSecure || !from.isSecure);
  return isTrusted ? { ...to, credentials: from.credentials } : to;
}

/** In a URL, letters beyond ASCII are percent-encoded. */
function decoded(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}

import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { exhaustMap, filter, map, Observable, pairwise, startWith, take, timer, type SchedulerLike } from 'rxjs';
import { encodeCredentials } from '../../../../core/url-parts.js';

/** The address at which a camera can be probed. */
export type Endpoint = {
  readonly host: string;
  readonly port: number;
  /**
   * A program may hang while its system still accepts connections: if the protocol is known, the probe sends the
   * program a request.
   */
  readonly speaks: 'rtsp' | 'http' | 'tls' | 'tcp';
};

/** Emits once whether the endpoint responds; never errors. Unsubscribing closes the connection. */
export type EndpointProbe = (endpoint: Endpoint) => Observable<boolean>;

const PROBE_EVERY_MS = 1_000;
/** Shorter than the interval between two probes, so that one is over when the next is due. */
const CONNECT_TIMEOUT_MS = 900;
/**
 * Longer: a program that recovers from a hang responds to the waiting request, and fewer requests pile up meanwhile.
 */
const ANSWER_TIMEOUT_MS = 1_900;

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'rtsp:': 554,
  'rtsps:': 322,
  'http:': 80,
  'https:': 443,
  'rtmp:': 1935,
  'rtmps:': 443,
};
const SPEAKS: Readonly<Record<string, Endpoint['speaks']>> = {
  'rtsp:': 'rtsp',
  'rtsps:': 'tls',
  'http:': 'http',
  'https:': 'tls',
  'rtmps:': 'tls',
};
const OVER_TCP = /^(?:rtsps?|https?|tcp|rtmp[a-z]*):\/\//i;

/**
 * The address that ffmpeg will connect to; undefined if it opens no connection that could be refused: UDP, SRT,
 * devices.
 */
export function endpointOf(url: string): Endpoint | undefined {
  if (!OVER_TCP.test(url)) return undefined;
  const encoded = encodeCredentials(url);
  if (!URL.canParse(encoded)) return undefined;
  const { protocol, hostname, port, searchParams } = new URL(encoded);
  const number = port === '' ? DEFAULT_PORTS[protocol] : Number(port);
  // With `listen`, the camera opens the connection.
  const host = decodedHost(hostname.replace(/^\[|\]$/g, ''));
  if (number === undefined || host === undefined || host === '' || searchParams.has('listen')) return undefined;
  return { host, port: number, speaks: SPEAKS[protocol] ?? 'tcp' };
}

/** Undefined if the name is not valid text, and so belongs to no machine. */
function decodedHost(hostname: string): string | undefined {
  try {
    return decodeURIComponent(hostname);
  } catch {
    return undefined;
  }
}

/** Any response counts, even a refusal. These requests contain no stream, path or password. */
function questionFor({ host, speaks }: Endpoint): string | undefined {
  switch (speaks) {
    case 'rtsp':
      return 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n';
    case 'http':
      return `HEAD / HTTP/1.1\r\nHost: ${host.includes(':') ? `[${host}]` : host}\r\nConnection: close\r\n\r\n`;
    case 'tls':
    case 'tcp':
      return undefined;
  }
}

/**
 * Connects, and closes the connection at the first response: a first byte in RTSP and HTTP, the handshake in TLS, the
 * connection itself in other protocols.
 */
export const probeEndpoint: EndpointProbe = (endpoint) =>
  new Observable((subscriber) => {
    const { host, port, speaks } = endpoint;
    // A forged certificate could gain nothing here.
    const socket =
      speaks === 'tls'
        ? connectTls({ host, port, servername: isIP(host) === 0 ? host : '', rejectUnauthorized: false })
        : connect({ host, port });
    const answer = (isThere: boolean): void => {
      subscriber.next(isThere);
      subscriber.complete();
    };
    // Only after name resolution, which cannot be cancelled and must not pile up.
    socket.on('connectionAttempt', () => socket.setTimeout(CONNECT_TIMEOUT_MS));
    socket.once('connect', () => {
      socket.setTimeout(ANSWER_TIMEOUT_MS);
      const question = questionFor(endpoint);
      if (question !== undefined) socket.write(question);
      else if (speaks === 'tcp') answer(true);
    });
    socket.once('secureConnect', () => answer(true));
    socket.once('data', () => answer(true));
    // Only a running program hangs up.
    socket.once('end', () => answer(true));
    socket.once('timeout', () => answer(false));
    // A peer whose TLS is too old for Node also responds; ffmpeg may still read it.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => answer(code?.startsWith('ERR_SSL') === true));
    return () => socket.destroy();
  });

export type WhenBackOptions = {
  readonly probe: EndpointProbe;
  readonly scheduler: SchedulerLike;
  /** True if a first response counts as a return; otherwise there must have been silence before. */
  readonly wasAway: boolean;
};

/**
 * Emits once, and completes, when an endpoint responds that did not respond before. It probes every second, one
 * connection at a time.
 */
export function whenBack(endpoint: Endpoint, { probe, scheduler, wasAway }: WhenBackOptions): Observable<void> {
  return timer(0, PROBE_EVERY_MS, scheduler).pipe(
    exhaustMap(() => probe(endpoint)),
    wasAway ? startWith(false) : (answers) => answers,
    pairwise(),
    filter(([wasThere, isThere]) => !wasThere && isThere),
    take(1),
    map(() => undefined),
  );
}

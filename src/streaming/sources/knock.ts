import { connect } from 'node:net';
import { exhaustMap, filter, map, Observable, pairwise, startWith, take, timer, type SchedulerLike } from 'rxjs';
import { encodeCredentials } from './credentials.js';

/** Where a TCP connection goes. */
export type TcpAddress = { readonly host: string; readonly port: number };

/** Tells, once, whether something listens there; never errors. Unsubscribing gives the connection up. */
export type Knock = (address: TcpAddress) => Observable<boolean>;

export const KNOCK_EVERY_MS = 1_000;
/** Below the time between two, so that one is over when the next is due. */
const KNOCK_TIMEOUT_MS = 900;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322, 'http:': 80, 'https:': 443, 'rtmp:': 1935 };
const OVER_TCP = /^(?:rtsps?|https?|tcp|rtmp[a-z]*):\/\//i;

/** Where ffmpeg will connect to; undefined where it opens no connection that could be refused: UDP, SRT, devices. */
export function tcpAddressOf(url: string): TcpAddress | undefined {
  if (!OVER_TCP.test(url)) return undefined;
  const encoded = encodeCredentials(url);
  if (!URL.canParse(encoded)) return undefined;
  const { protocol, hostname, port, searchParams } = new URL(encoded);
  const number = port === '' ? DEFAULT_PORTS[protocol] : Number(port);
  // With `listen` it is the camera that calls.
  if (number === undefined || hostname === '' || searchParams.has('listen')) return undefined;
  return { host: decodeURIComponent(hostname.replace(/^\[|\]$/g, '')), port: number };
}

/** A TCP connection that is closed as soon as it is there. */
export const knockOverTcp: Knock = ({ host, port }) => new Observable((subscriber) => {
  const socket = connect({ host, port });
  const answer = (isOpen: boolean): void => {
    subscriber.next(isOpen);
    subscriber.complete();
  };
  // Not before the name is resolved: that cannot be taken back, and must not pile up.
  socket.on('connectionAttempt', () => socket.setTimeout(KNOCK_TIMEOUT_MS));
  socket.once('connect', () => answer(true));
  socket.once('timeout', () => answer(false));
  socket.on('error', () => answer(false));
  return () => socket.destroy();
});

export type PortWatchOptions = {
  readonly knock: Knock;
  readonly scheduler: SchedulerLike;
  /** Nothing listened there when last tried; otherwise that is found out first. */
  readonly wasClosed: boolean;
};

/** Emits once, and completes, when a port that was closed is open: knocks every second, one connection at a time. */
export function portOpens(address: TcpAddress, { knock, scheduler, wasClosed }: PortWatchOptions): Observable<void> {
  return timer(0, KNOCK_EVERY_MS, scheduler).pipe(
    exhaustMap(() => knock(address)),
    wasClosed ? startWith(false) : (answers) => answers,
    pairwise(),
    filter(([wasOpen, isOpen]) => !wasOpen && isOpen),
    take(1),
    map(() => undefined),
  );
}

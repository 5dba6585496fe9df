import { redirected, type RtspAddress } from './address.js';
import type { RtspConnection } from './connection.js';
import { baseUrl, controlUrl } from './control-url.js';
import { SessionFailure, statusFailure } from '../failure.js';
import { chooseVideo, type MediaDescription } from './media-description.js';
import { headerOf, type RtspReply } from './message.js';
import { parseSdp } from './sdp.js';
import { parseTransport, type TransportReply } from './transport-header.js';

/** A server's description of its stream, before any SETUP. */
export type Described = {
  readonly media: MediaDescription;
  /** The URL of PLAY, keep-alive and TEARDOWN. */
  readonly sessionUrl: string;
  readonly trackUrl: string;
  /** True if the server lists `GET_PARAMETER` among its methods. */
  readonly hasGetParameter: boolean;
};

/** The session that a server has opened (RFC 2326 §12.37). */
export type RtspSessionId = { readonly id: string; readonly timeoutS: number };

/** Thrown when a server names another address of its stream. */
export class Redirection extends Error {
  constructor(readonly address: RtspAddress) {
    super('redirected');
  }
}

const REDIRECTS = [301, 302, 303, 305, 307, 308];
/** RFC 2326 §12.37. */
export const DEFAULT_TIMEOUT_S = 60;

/** OPTIONS and DESCRIBE. */
export async function describe(connection: RtspConnection, address: RtspAddress): Promise<Described> {
  const options = await connection.request('OPTIONS', address.url);
  // Some cameras support every method except OPTIONS.
  if (options.status === 401 || REDIRECTS.includes(options.status)) throw failureOf(options, 'OPTIONS', address);
  const reply = await connection.request('DESCRIBE', address.url, { Accept: 'application/sdp' });
  if (reply.status !== 200) throw failureOf(reply, 'DESCRIBE', address);
  const description = parseSdp(Buffer.from(reply.body).toString('utf8'));
  const chosen = chooseVideo(description);
  if ('absent' in chosen) throw new SessionFailure('refused', chosen.absent);
  if ('unsupported' in chosen) throw new SessionFailure('unsupported', chosen.unsupported);
  const contentBase = headerOf(reply.headers, 'content-base');
  const contentLocation = headerOf(reply.headers, 'content-location');
  const base = baseUrl({
    requestUrl: address.url,
    ...(contentBase === undefined ? {} : { contentBase }),
    ...(contentLocation === undefined ? {} : { contentLocation }),
  });
  const sessionUrl = controlUrl(base, description.control);
  return {
    media: chosen.media,
    sessionUrl,
    trackUrl: controlUrl(sessionUrl, chosen.media.control),
    hasGetParameter: (options.headers.get('public') ?? []).some((methods) => /\bGET_PARAMETER\b/i.test(methods)),
  };
}

/**
 * SETUP of one track.
 * @param transport the requested transport (RFC 2326 §12.39)
 * @returns undefined if the server does not support it (461)
 */
export async function setUp(
  connection: RtspConnection,
  address: RtspAddress,
  trackUrl: string,
  transport: string,
): Promise<{ readonly transport: TransportReply; readonly session?: RtspSessionId } | undefined> {
  const reply = await connection.request('SETUP', trackUrl, { Transport: transport });
  if (reply.status === 461) return undefined;
  if (reply.status !== 200) throw failureOf(reply, 'SETUP', address);
  const session = sessionOf(headerOf(reply.headers, 'session'));
  // A server that answers without a transport has accepted the requested one.
  const answered = parseTransport(headerOf(reply.headers, 'transport') ?? transport);
  if (answered.isEncrypted) throw new SessionFailure('unsupported', 'the video is encrypted (SRTP)');
  return { transport: answered, ...(session === undefined ? {} : { session }) };
}

/** PLAY. */
export async function play(
  connection: RtspConnection,
  address: RtspAddress,
  { sessionUrl, trackUrl }: Described,
  session: RtspSessionId | undefined,
): Promise<void> {
  const headers = { ...sessionHeader(session), Range: 'npt=0.000-' };
  let reply = await connection.request('PLAY', sessionUrl, headers);
  // 459: aggregate operation not allowed.
  if (reply.status === 459 && trackUrl !== sessionUrl) reply = await connection.request('PLAY', trackUrl, headers);
  if (reply.status !== 200) throw failureOf(reply, 'PLAY', address);
}

export function sessionHeader(session: RtspSessionId | undefined): Readonly<Record<string, string>> {
  return session === undefined ? {} : { Session: session.id };
}

/** `id;timeout=seconds`, with or without spaces. */
function sessionOf(field: string | undefined): RtspSessionId | undefined {
  const [id = '', ...parameters] = (field ?? '').split(';').map((part) => part.trim());
  if (id === '') return undefined;
  const seconds = parameters
    .map((parameter) => /^timeout\s*=\s*"?(\d{1,7})/i.exec(parameter)?.[1])
    .find((digits) => digits !== undefined);
  return { id, timeoutS: Number(seconds ?? 0) > 0 ? Number(seconds) : DEFAULT_TIMEOUT_S };
}

function failureOf(reply: RtspReply, method: string, address: RtspAddress): Error {
  if (!REDIRECTS.includes(reply.status)) return statusFailure(method, reply.status);
  const target = redirected(address, headerOf(reply.headers, 'location') ?? '');
  return target === undefined
    ? new SessionFailure('unsupported', 'the camera redirects to an address that is not RTSP')
    : new Redirection(target);
}

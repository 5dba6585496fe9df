import { isIP } from 'node:net';
import type { Clock } from '../../../core/clock.js';
import type { RtspAddress } from './address.js';
import type { RtspConnection } from './connection.js';
import { setUp, type RtspSessionId } from './dialogue.js';
import { statusFailure } from '../failure.js';
import type { TransportReply } from './transport-header.js';
import { UdpPair, type UdpEvents } from '../rtp/udp-pair.js';

/** The transport of the packets. */
export type MediaPath = {
  /** The transport in words, for people. */
  readonly name: string;
  /** A packet that came over the RTSP connection. */
  onInterleaved(channel: number, packet: Uint8Array, arrivedAtMs: number): void;
  sendRtcp(packet: Uint8Array): void;
  /** Resolves when its own sockets are closed. */
  close(): Promise<void>;
};

export type MediaPathOptions = {
  readonly transport: 'tcp' | 'udp' | 'auto';
  readonly clock: Clock;
  /** Called as soon as the server has opened a session, so that the caller can end it in any case. */
  readonly onSession: (session: RtspSessionId) => void;
  readonly onRtp: (packet: Uint8Array, arrivedAtMs: number) => void;
  readonly onRtcp: (packet: Uint8Array, arrivedAtMs: number) => void;
  readonly onNotice: (text: string) => void;
};

/** Sets the track up over the requested transport; for `auto`, over TCP first, then UDP. */
export async function openMediaPath(
  connection: RtspConnection,
  address: RtspAddress,
  trackUrl: string,
  options: MediaPathOptions,
): Promise<{ readonly path: MediaPath; readonly session?: RtspSessionId }> {
  const { transport, onNotice } = options;
  if (transport !== 'udp') {
    const reply = await setUp(connection, address, trackUrl, 'RTP/AVP/TCP;unicast;interleaved=0-1');
    if (reply?.session !== undefined) options.onSession(reply.session);
    if (reply !== undefined) return { ...reply, path: interleavedPath(connection, address, reply.transport, options) };
    if (transport === 'tcp') throw statusFailure('SETUP', 461);
    onNotice('the camera refuses TCP: Nowcast uses UDP, which may lose packets');
  }
  const localAddress = connection.localAddress ?? '';
  const pair = await UdpPair.open({ clock: options.clock, localAddress });
  try {
    const reply = await setUp(
      connection,
      address,
      trackUrl,
      `RTP/AVP;unicast;client_port=${pair.port}-${pair.port + 1}`,
    );
    if (reply === undefined) throw statusFailure('SETUP', 461);
    if (reply.session !== undefined) options.onSession(reply.session);
    if (reply.transport.isTcp) {
      await pair.close();
      return { ...reply, path: interleavedPath(connection, address, reply.transport, options) };
    }
    if (!reply.transport.isMulticast) return { ...reply, path: udpPath(connection, pair, reply.transport, options) };
    const { destination, port } = reply.transport;
    if (destination === undefined || isIP(destination) === 0 || port === undefined) throw statusFailure('SETUP', 461);
    const group = await UdpPair.join(destination, port, { clock: options.clock, localAddress });
    await pair.close();
    return { ...reply, path: udpPath(connection, group, reply.transport, options) };
  } catch (error) {
    await pair.close();
    throw error;
  }
}

/** The server chooses the channels; if it names none, the requested ones apply. */
function interleavedPath(
  connection: RtspConnection,
  { isSecure }: RtspAddress,
  { interleaved = [0, 1] }: TransportReply,
  { onRtp, onRtcp }: MediaPathOptions,
): MediaPath {
  const [rtpChannel, rtcpChannel] = interleaved;
  connection.expectChannels(interleaved);
  return {
    name: isSecure ? 'tls' : 'tcp',
    onInterleaved: (channel, packet, arrivedAtMs) => {
      if (channel === rtpChannel) onRtp(packet, arrivedAtMs);
      else if (channel === rtcpChannel) onRtcp(packet, arrivedAtMs);
    },
    sendRtcp: (packet) => connection.sendPacket(rtcpChannel, packet),
    close: () => Promise.resolve(),
  };
}

function udpPath(
  connection: RtspConnection,
  pair: UdpPair,
  { isMulticast, source, serverPort }: TransportReply,
  { onRtp, onRtcp, onNotice }: MediaPathOptions,
): MediaPath {
  const connected = connection.remoteAddress ?? '';
  // A host name is not resolved: packets of the contacted machine are then expected.
  const address = source === undefined || isIP(source) === 0 || /^[0.:]+$/.test(source) ? connected : source;
  const events: UdpEvents = {
    onRtp,
    onRtcp,
    onStranger: () =>
      onNotice(
        "the camera's packets come from an address that it did not announce; Nowcast accepts packets from this address only",
      ),
  };
  pair.receive(
    { address, aliases: [connected], ...(serverPort === undefined ? {} : { ports: serverPort }) },
    isMulticast,
    events,
  );
  return {
    name: isMulticast ? 'udp multicast' : 'udp',
    onInterleaved: () => undefined,
    sendRtcp: (packet) => pair.sendRtcp(packet),
    close: () => pair.close(),
  };
}

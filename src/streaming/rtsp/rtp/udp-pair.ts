import { createSocket, type Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../../core/clock.js';
import { SessionFailure } from '../failure.js';

export type UdpEvents = {
  readonly onRtp: (packet: Uint8Array, arrivedAtMs: number) => void;
  readonly onRtcp: (packet: Uint8Array, arrivedAtMs: number) => void;
  /** Packets come from an unannounced address. Called once. */
  readonly onStranger: () => void;
};

export type UdpPairOptions = {
  readonly clock: Clock;
  /** The interface to bind to. */
  readonly localAddress: string;
  /** Returns an even port to try; by default a random one above 20,000. */
  readonly pickPort?: () => number;
};

/** The address from which a server sends its packets. */
export type UdpSender = {
  readonly address: string;
  /** Other expected addresses. */
  readonly aliases?: readonly string[];
  /** Ports of RTP and RTCP; undefined if the server does not name them. */
  readonly ports?: readonly [number, number];
};

const MOST_ATTEMPTS = 50;
/** A key picture arrives as a burst of several hundred packets. The system may grant less. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024;
/** An empty RTP packet and an empty receiver report: enough for a firewall to let answers in. */
const RTP_PUNCH = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const RTCP_PUNCH = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);

/** Two UDP sockets, for RTP and RTCP. */
export class UdpPair {
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #clock: Clock;
  /** The only accepted sender; the first one to send becomes it. */
  #locked: string | undefined;
  #reportTo: { readonly address: string; readonly port: number } | undefined;

  private constructor(rtp: Socket, rtcp: Socket, clock: Clock) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#clock = clock;
    // A receiver report that did not arrive makes no difference to the stream.
    for (const socket of [rtp, rtcp]) socket.on('error', () => undefined);
  }

  /** Binds an even port and the next odd one (RFC 3550 §11); tries others if one is in use. */
  static async open({ clock, localAddress, pickPort = randomEvenPort }: UdpPairOptions): Promise<UdpPair> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const port = pickPort();
      const pair = await bindBoth(localAddress, [port, port + 1]);
      if (pair !== undefined) return new UdpPair(...pair, clock);
    }
    throw new SessionFailure(
      'refused',
      `no pair of UDP ports is free here after ${MOST_ATTEMPTS} tries: use transport tcp`,
    );
  }

  /** Joins a multicast group on the interface of `localAddress`. */
  static async join(
    group: string,
    ports: readonly [number, number],
    { clock, localAddress }: UdpPairOptions,
  ): Promise<UdpPair> {
    // Windows cannot bind to a group; elsewhere, binding to it keeps packets of other groups on the same port away.
    const pair = await bindBoth(process.platform === 'win32' ? anyOf(group) : group, ports, true);
    if (pair === undefined)
      throw new SessionFailure('refused', `UDP ports ${ports.join(' and ')} of the multicast stream are in use here`);
    try {
      for (const socket of pair) socket.addMembership(group, localAddress);
    } catch {
      await Promise.all(pair.map(closed));
      throw new SessionFailure(
        'refused',
        'the multicast group of the stream cannot be joined: check the network, or use transport tcp',
      );
    }
    return new UdpPair(...pair, clock);
  }

  /** The port for RTP; RTCP uses the next one. */
  get port(): number {
    return this.#rtp.address().port;
  }

  /**
   * Sends a packet to each of the sender's ports, so that firewalls let its packets in, and passes arriving packets on.
   */
  receive(sender: UdpSender, isMulticast: boolean, events: UdpEvents): void {
    const accept = (address: string): boolean => {
      if (this.#locked === undefined) {
        this.#locked = address;
        if (address !== sender.address && sender.aliases?.includes(address) !== true) events.onStranger();
      }
      return this.#locked === address;
    };
    this.#rtp.on('message', (packet, { address }) => {
      if (accept(address)) events.onRtp(packet, this.#clock.now());
    });
    this.#rtcp.on('message', (packet, { address, port }) => {
      if (!accept(address)) return;
      this.#reportTo ??= { address, port };
      events.onRtcp(packet, this.#clock.now());
    });
    if (sender.ports === undefined || isMulticast || sender.ports.includes(0)) return;
    const [rtpPort, rtcpPort] = sender.ports;
    this.#reportTo = { address: sender.address, port: rtcpPort };
    send(this.#rtp, RTP_PUNCH, rtpPort, sender.address);
    send(this.#rtcp, RTCP_PUNCH, rtcpPort, sender.address);
  }

  sendRtcp(packet: Uint8Array): void {
    if (this.#reportTo !== undefined) send(this.#rtcp, packet, this.#reportTo.port, this.#reportTo.address);
  }

  /** Resolves when both are closed. */
  async close(): Promise<void> {
    await Promise.all([closed(this.#rtp), closed(this.#rtcp)]);
  }
}

/** Undefined if one of the ports is in use. */
async function bindBoth(
  address: string,
  ports: readonly [number, number],
  isShared = false,
): Promise<[Socket, Socket] | undefined> {
  const sockets: Socket[] = [];
  try {
    for (const port of ports) {
      const socket = createSocket({
        type: isIPv6(address) ? 'udp6' : 'udp4',
        reuseAddr: isShared,
        recvBufferSize: RECEIVE_BUFFER_BYTES,
      });
      sockets.push(socket);
      socket.bind({ port, address, exclusive: true });
      await once(socket, 'listening');
    }
    return sockets as [Socket, Socket];
  } catch (error) {
    await Promise.all(sockets.map(closed));
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' || (error as NodeJS.ErrnoException).code === 'EACCES')
      return undefined;
    throw new SessionFailure(
      'refused',
      `UDP cannot be received here (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): use transport tcp`,
    );
  }
}

async function closed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    try {
      socket.close(() => resolve());
    } catch {
      // The socket was closed before.
      resolve();
    }
  });
}

function send(socket: Socket, packet: Uint8Array, port: number, address: string): void {
  // Without this callback, an unknown name or a missing route would be an error of the socket.
  socket.send(packet, port, address, () => undefined);
}

function anyOf(group: string): string {
  return isIPv6(group) ? '::' : '0.0.0.0';
}

function randomEvenPort(): number {
  return 2 * randomInt(10_000, 32_000);
}

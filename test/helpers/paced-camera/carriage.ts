import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Carries one client's RTP and RTCP. */
export type Carriage = {
  /** The Transport header that the client gets. */
  readonly header: string;
  rtp(packets: readonly Buffer[]): void;
  rtcp(packet: Buffer): void;
  /** Bytes that the client has not taken yet. */
  readonly waitingBytes: number;
  close(): void;
};

/** Interleaved with the RTSP connection (RFC 2326 §10.12). */
export function interleaved(socket: Socket, channel: number): Carriage {
  const framed = (packet: Buffer, on: number): Buffer[] => [
    Buffer.from([0x24, on, packet.length >> 8, packet.length & 0xff]),
    packet,
  ];
  return {
    header: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`,
    rtp: (packets) => void socket.write(Buffer.concat(packets.flatMap((packet) => framed(packet, channel)))),
    rtcp: (packet) => void socket.write(Buffer.concat(framed(packet, channel + 1))),
    get waitingBytes() {
      return socket.writableLength;
    },
    close: () => undefined,
  };
}

/** To a pair of the client's UDP ports, from a pair of ours. */
export async function overUdp(address: string, clientPort: number): Promise<Carriage> {
  const [rtp, rtcp] = await udpPair();
  // A client that has left responds with ICMP, which needs no reaction.
  for (const socket of [rtp, rtcp]) socket.on('error', () => undefined).unref();
  const { port } = rtp.address();
  return {
    header: `RTP/AVP;unicast;client_port=${clientPort}-${clientPort + 1};server_port=${port}-${port + 1}`,
    rtp: (packets) => packets.forEach((packet) => rtp.send(packet, clientPort, address)),
    rtcp: (packet) => rtcp.send(packet, clientPort + 1, address),
    waitingBytes: 0,
    close: () => [rtp, rtcp].forEach((socket) => socket.close()),
  };
}

/** An even port and the odd one after it (RFC 3550 §11). */
async function udpPair(): Promise<[UdpSocket, UdpSocket]> {
  for (;;) {
    const first = createSocket('udp4').bind(0);
    await once(first, 'listening');
    const { port } = first.address();
    if (port % 2 === 0) {
      const second = createSocket('udp4').bind(port + 1);
      if (
        await once(second, 'listening').then(
          () => true,
          () => false,
        )
      )
        return [first, second];
      second.close();
    }
    first.close();
  }
}

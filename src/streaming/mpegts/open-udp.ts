import { createSocket, type Socket } from 'node:dgram';
import type { UnitStream, UnitStreamEvents } from '../../core/coded-unit.js';
import { withoutRtpHeader } from './rtp-header.js';
import { TsStream, type TsOptions } from './ts-stream.js';
import { udpAddress, type UdpAddress } from './udp-address.js';

/**
 * Listens for an MPEG transport stream over UDP, plain or in RTP: `udp://@:5000`,
 * `udp://@239.1.2.3:5000?localaddr=10.0.0.2`. Ends as `unsupported` if the URL has options that only ffmpeg implements,
 * or if the stream contains no H.264 or H.265.
 */
export function openUdp(url: string, options: TsOptions, events: UnitStreamEvents): UnitStream {
  const stream = new TsStream('MPEG-TS over UDP', options, events);
  const address = udpAddress(url);
  if (typeof address === 'string') {
    stream.finish({ kind: 'unsupported', reason: address });
    stream.closed();
    return stream;
  }
  const socket = createSocket({ type: address.family, reuseAddr: address.reuse });
  socket.once('close', () => stream.closed());
  stream.attach({ close: () => socket.close() });
  socket.on('message', (datagram) => stream.push(withoutRtpHeader(datagram)));
  socket.on('error', (error) => {
    stream.finish({
      kind: stream.hasHeard ? 'lost' : 'refused',
      reason: `listening on UDP port ${address.port} failed: ${describe(error)}`,
    });
  });
  socket.once('listening', () => {
    try {
      prepare(socket, address);
    } catch (error) {
      stream.finish({
        kind: 'refused',
        reason: `joining the group ${address.group} failed: ${describe(error as NodeJS.ErrnoException)}`,
      });
    }
  });
  socket.bind({ port: address.port, ...(address.bindTo === undefined ? {} : { address: address.bindTo }) });
  return stream;
}

function prepare(socket: Socket, { group, sources, localAddress, bufferBytes }: UdpAddress): void {
  // The system grants as much of it as its own limit allows.
  if (bufferBytes !== undefined) socket.setRecvBufferSize(bufferBytes);
  if (group === undefined) return;
  if (sources.length === 0) socket.addMembership(group, localAddress);
  for (const source of sources) socket.addSourceSpecificMembership(source, group, localAddress);
}

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; the option reuse=1 lets both',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'ports below 1024 need more rights',
  ENODEV: 'no network interface leads there; the option localaddr=ADDRESS names one',
};

function describe(error: NodeJS.ErrnoException): string {
  return REMEDIES[error.code ?? ''] ?? error.message;
}

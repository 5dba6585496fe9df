import { connect } from 'node:net';
import type { UnitStream, UnitStreamEvents } from '../../core/coded-unit.js';
import { socketFailure } from '../rtsp/failure.js';
import { TsStream, type TsOptions } from './ts-stream.js';

/** Options of ffmpeg that have no effect here. */
const IGNORED = new Set(['timeout', 'recv_buffer_size', 'send_buffer_size', 'tcp_nodelay', 'tcp_mss']);

/**
 * Connects to a sender of an MPEG transport stream over TCP: `tcp://HOST:PORT`. Ends as `unsupported` if the URL has
 * options that only ffmpeg implements, such as `listen`, or if the stream contains no H.264 or H.265.
 */
export function openTcp(url: string, options: TsOptions, events: UnitStreamEvents): UnitStream {
  const stream = new TsStream('MPEG-TS over TCP', options, events);
  const parts = /^tcp:\/\/(\[[^\]]+\]|[^:/?#@]+):(\d{1,5})\/?(?:\?([^#]*))?$/i.exec(url);
  const foreign =
    parts === null ? undefined : [...new URLSearchParams(parts[3] ?? '').keys()].find((key) => !IGNORED.has(key));
  const port = Number(parts?.[2]);
  if (parts === null || foreign !== undefined || port < 1 || port > 65_535) {
    const reason =
      foreign === undefined
        ? 'the URL is not of the form tcp://HOST:PORT'
        : `only ffmpeg supports the option ${foreign}`;
    stream.finish({ kind: 'unsupported', reason });
    stream.closed();
    return stream;
  }
  const socket = connect({ host: parts[1].replace(/^\[|\]$/g, ''), port, noDelay: true });
  let isConnected = false;
  stream.attach({ close: () => socket.destroy() });
  socket.once('connect', () => {
    isConnected = true;
  });
  socket.on('data', (bytes) => stream.push(bytes));
  socket.on('error', ({ code }: NodeJS.ErrnoException) =>
    stream.finish(socketFailure(code, isConnected, isConnected).end),
  );
  socket.once('close', () => stream.closed());
  return stream;
}

import { isIP } from 'node:net';

/** The address on which to listen for datagrams, from a URL in ffmpeg's format. */
export type UdpAddress = {
  readonly family: 'udp4' | 'udp6';
  readonly port: number;
  /** The address to bind to; undefined for all. */
  readonly bindTo: string | undefined;
  /** The group to join; undefined if the stream is sent to this machine only. */
  readonly group: string | undefined;
  /** The address of the interface on which to join; undefined lets the system choose. */
  readonly localAddress: string | undefined;
  /** The only accepted senders of the group; empty for all. */
  readonly sources: readonly string[];
  readonly reuse: boolean;
  /** Size of the socket's buffer in bytes; undefined for the default. */
  readonly bufferBytes: number | undefined;
};

/** Options of ffmpeg that have no effect here, or only when sending. */
const IGNORED = new Set([
  'fifo_size',
  'overrun_nonfatal',
  'pkt_size',
  'ttl',
  'timeout',
  'bitrate',
  'burst_bits',
  'broadcast',
]);
/** Half a second at 20 Mbit/s: datagrams that wait while the process is busy must not be lost. */
export const DEFAULT_BUFFER_BYTES = 1_250_000;

/**
 * Reads `udp://[@]HOST:PORT[?OPTIONS]`. As in ffmpeg, the host counts only if it is a group or this machine itself.
 * @returns the reason why Nowcast cannot listen to it, if it needs more than this; ffmpeg may
 */
export function udpAddress(url: string): UdpAddress | string {
  const parts = /^udp:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*):(\d{1,5})\/?(?:\?([^#]*))?$/i.exec(url);
  if (parts === null) return 'the URL is not of the form udp://@HOST:PORT';
  const options = new URLSearchParams(parts[3] ?? '');
  const host = parts[1].replace(/^\[|\]$/g, '');
  const port = Number(options.get('localport') ?? options.get('local_port') ?? parts[2]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return `the port must lie between 1 and 65535, got ${port}`;
  for (const key of options.keys()) {
    if (!READ.has(key) && !IGNORED.has(key)) return `only ffmpeg supports the option ${key}`;
  }
  const family = isIP(host) === 6 || isIP(options.get('localaddr') ?? '') === 6 ? 'udp6' : 'udp4';
  const isGroup = family === 'udp4' ? isIPv4Group(host) : /^ff/i.test(host);
  const localAddress = options.get('localaddr') ?? undefined;
  const sources = (options.get('sources') ?? '').split(',').filter((source) => source !== '');
  if (isIP(host) === 0 && host !== '' && host !== 'localhost') return `the host ${host} is a name`;
  if (localAddress !== undefined && isIP(localAddress) === 0)
    return `the option localaddr must be an address, got ${localAddress}`;
  if (sources.length > 0 && (!isGroup || sources.some((source) => isIP(source) === 0)))
    return 'the option sources needs a group and addresses';
  const bufferBytes = options.has('buffer_size') ? Number(options.get('buffer_size')) : DEFAULT_BUFFER_BYTES;
  if (!Number.isInteger(bufferBytes) || bufferBytes < 1)
    return `the option buffer_size must be a number of bytes, got ${options.get('buffer_size')}`;
  return {
    family,
    port,
    bindTo: isGroup ? undefined : (localAddress ?? loopbackOf(host)),
    group: isGroup ? host : undefined,
    localAddress,
    sources,
    // Several receivers may listen to a group; ffmpeg allows it by default.
    reuse: options.has('reuse')
      ? isOn(options.get('reuse'))
      : options.has('reuse_socket')
        ? isOn(options.get('reuse_socket'))
        : isGroup,
    bufferBytes,
  };
}

const READ = new Set(['localport', 'local_port', 'localaddr', 'sources', 'reuse', 'reuse_socket', 'buffer_size']);

function isIPv4Group(host: string): boolean {
  const first = Number(host.split('.')[0]);
  return isIP(host) === 4 && first >= 224 && first <= 239;
}

/** Other receivers must not lose a stream that is meant for this machine alone. */
function loopbackOf(host: string): string | undefined {
  if (host === 'localhost') return '127.0.0.1';
  return host === '::1' || host.startsWith('127.') ? host : undefined;
}

/** An option without a value is on. */
function isOn(value: string | null): boolean {
  return value !== '0';
}

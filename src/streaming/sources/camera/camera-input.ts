import type { FoundContent } from '../../../core/coded-unit.js';
import { UsageError } from '../../../core/errors.js';
import { redactUrls } from '../../../core/redact.js';
import { encodeCredentials } from '../../../core/url-parts.js';
import type { Needs } from '../../ffmpeg/needs.js';
import { needsOf, reachOptions, type Reach } from '../../ffmpeg/reach.js';
import { isAtLeast, type FfmpegVersion } from '../../ffmpeg/binary.js';

export const TRANSPORTS = ['auto', 'tcp', 'udp', 'ffmpeg'] as const;
/**
 * The way to read an RTSP camera: TCP loses no packets, UDP waits for none. `auto` takes the best that the camera
 * offers; with `ffmpeg`, ffmpeg reads it over TCP.
 */
export type Transport = (typeof TRANSPORTS)[number];

/** Transports of ffmpeg's own RTSP reader. */
export type FfmpegTransport = 'tcp' | 'udp';

export function ffmpegTransport(transport: Transport): FfmpegTransport {
  return transport === 'udp' ? 'udp' : 'tcp';
}

export type CameraInputOptions = {
  readonly transport: FfmpegTransport;
  /** How long ffmpeg waits for a peer that does not answer. */
  readonly timeoutMs: number;
  /** True to stamp pictures at arrival, for sources whose pictures carry no times. */
  readonly stampOnArrival: boolean;
  /**
   * True to analyse the stream completely, which a copy of it requires. Otherwise the first picture is shown at once.
   */
  readonly probeFully: boolean;
  /**
   * True to analyse up to five seconds until the size of the coded pictures is known, which a copy beside the decoded
   * ones requires. Default: one second, because decoding needs no size.
   */
  readonly findsSize?: boolean;
  /** The content of the address; undefined if its form decides. */
  readonly content?: FoundContent | undefined;
};

/** ffmpeg's input for a camera. */
export type CameraInput = {
  readonly url: string;
  readonly inputOptions: readonly string[];
  /** What ffmpeg uses to read it. */
  readonly needs: Needs;
  /**
   * True if presentation times are stamps of the monotonic clock; in most drivers, of the moment when the picture was
   * complete.
   */
  readonly stampsAreMonotonic: boolean;
  /** True for RTP, whose packets carry presentation times alone. */
  readonly lacksDecodingTimes: boolean;
  /** True for devices, which may give pixels: copying those costs as much as decoding them. */
  readonly mayBeRaw: boolean;
  /** True if `url` is a playlist, which may date its segments. */
  readonly isPlaylist: boolean;
};

const KINDS = {
  rtsp: /^rtsps?:\/\//i,
  hls: /^https?:\/\/[^?#]*\.m3u8(?:[?#]|$)/i,
  http: /^https?:\/\//i,
  mpegts: /^(?:udp|srt|tcp):\/\//i,
  rtmp: /^rtmp[a-z]*:\/\//i,
  rtp: /^rtp:\/\//i,
  sdp: /^(?:\/(?!dev\/video\d)|[a-z]:[\\/]).*/i,
  v4l2: /^\/dev\/video\d+$/,
} as const;

/** True for an address of HLS. */
export function isHls(url: string): boolean {
  return KINDS.hls.test(url);
}
type CameraKind = keyof typeof KINDS | FoundContent;

/**
 * ffmpeg's options for a camera. The purpose of each:
 * - `analyzeduration` 1 (0 would mean five seconds) and `fpsprobesize` 0: RTSP describes its streams beforehand, so
 *   analysing a second of pictures first would only delay them. `nobuffer` would discard the analysed pictures, and
 *   with them the first key picture.
 * - `max_delay`, `reorder_queue_size`: packets are not kept to wait for late ones.
 * - `thread_type slice`: decoding frames in parallel would hold back one for each core.
 * - `allowed_media_types video`: with one track, times are the camera's own from its first frame on; with two, ffmpeg
 *   moves them when the first RTCP report arrives.
 * - `timestamps default` for devices: the kernel's own stamps, which its drivers take from the monotonic clock when the
 *   picture is there. `abs` and `mono2abs` would turn them into wall time, through a filter that smooths them.
 * - `copyts` for devices: the stamps stay as they are; otherwise ffmpeg would begin at zero. A copy begins at zero in
 *   any case.
 * - `re` for playlists and recordings: they arrive seconds of video at once; `re` plays them in real time.
 * - `f` for a playlist or JPEGs that were recognised by their content: ffmpeg would also require an ending or a type.
 *
 * @throws UsageError if the kind of URL is unknown
 */
export function cameraInput(url: string, version: FfmpegVersion, options: CameraInputOptions): CameraInput {
  const kind = options.content ?? kindOf(url);
  if (kind === undefined) {
    throw new UsageError(
      `a camera's address must be one of rtsp://, rtsps://, http://, https://, udp://, tcp://, srt://, rtmp:// and /dev/videoN, got ${redactUrls(url)}`,
    );
  }
  const address = encodeCredentials(url);
  const reach = reachOf(kind, url);
  return {
    url: address,
    needs: needsOf(reach, address),
    isPlaylist: kind === 'hls',
    mayBeRaw: kind === 'v4l2',
    lacksDecodingTimes: kind === 'rtsp' || kind === 'rtp' || kind === 'sdp',
    stampsAreMonotonic: kind === 'v4l2' && !options.probeFully && !options.stampOnArrival,
    inputOptions: [
      ...reachOptions(reach),
      '-thread_type',
      'slice',
      ...(options.stampOnArrival ? ['-use_wallclock_as_timestamps', '1'] : []),
      ...(options.content === 'hls' ? ['-f', 'hls'] : []),
      ...OPTIONS[kind](options, version),
    ],
  };
}

const OPTIONS: Record<CameraKind, (options: CameraInputOptions, version: FfmpegVersion) => readonly string[]> = {
  rtsp: ({ transport, timeoutMs, probeFully }, version) => [
    ...(probeFully ? [] : ['-probesize', '32768', '-analyzeduration', '1', '-fpsprobesize', '0']),
    '-max_delay',
    '0',
    '-reorder_queue_size',
    '0',
    '-allowed_media_types',
    'video',
    '-rtsp_transport',
    transport,
    // Before 5.0, -timeout made ffmpeg wait for incoming connections.
    isAtLeast(version, 5, 0) ? '-timeout' : '-stimeout',
    inMicroseconds(timeoutMs),
  ],
  hls: ({ timeoutMs }) => ['-re', '-live_start_index', '-2', '-rw_timeout', inMicroseconds(timeoutMs)],
  dash: ({ timeoutMs }) => ['-re', '-rw_timeout', inMicroseconds(timeoutMs)],
  mjpeg: ({ timeoutMs, findsSize }) => [
    '-f',
    'mjpeg',
    ...shortProbe(findsSize),
    '-rw_timeout',
    inMicroseconds(timeoutMs),
  ],
  recording: ({ timeoutMs }) => ['-re', '-rw_timeout', inMicroseconds(timeoutMs)],
  http: ({ timeoutMs, findsSize }) => [...shortProbe(findsSize), '-rw_timeout', inMicroseconds(timeoutMs)],
  mpegts: ({ timeoutMs, findsSize }) => [...shortProbe(findsSize), '-timeout', inMicroseconds(timeoutMs)],
  // Its -timeout is in seconds and implies listening.
  rtmp: ({ timeoutMs, findsSize }) => [...shortProbe(findsSize), '-rw_timeout', inMicroseconds(timeoutMs)],
  rtp: () => RTP,
  sdp: () => ['-f', 'sdp', ...RTP],
  v4l2: ({ probeFully }) => ['-f', 'v4l2', '-timestamps', 'default', ...(probeFully ? [] : ['-copyts'])],
};

function reachOf(kind: CameraKind, url: string): Reach {
  switch (kind) {
    case 'hls':
    case 'dash':
      return 'playlist';
    case 'mpegts':
      return /^[a-z]+/i.exec(url)![0].toLowerCase() as 'udp' | 'tcp' | 'srt';
    case 'mjpeg':
    case 'recording':
    case 'http':
      return 'http';
    case 'sdp':
      return 'description-file';
    case 'v4l2':
      return 'device';
    case 'rtsp':
    case 'rtmp':
    case 'rtp':
      return kind;
  }
}

/** A description may leave the size to the next key picture. Packets are not kept to wait for late ones. */
const RTP = [
  ...['-analyzeduration', '5000000', '-fpsprobesize', '0'],
  ...['-max_delay', '0', '-reorder_queue_size', '0', '-allowed_media_types', 'video'],
];

/** These streams describe themselves repeatedly: analysing one second is enough to decode them. */
function shortProbe(findsSize = false): string[] {
  return ['-analyzeduration', findsSize ? '5000000' : '1000000', '-fpsprobesize', '0'];
}

function kindOf(source: string): keyof typeof KINDS | undefined {
  return (Object.keys(KINDS) as (keyof typeof KINDS)[]).find((kind) => KINDS[kind].test(source));
}

function inMicroseconds(ms: number): string {
  return String(Math.round(ms * 1_000));
}

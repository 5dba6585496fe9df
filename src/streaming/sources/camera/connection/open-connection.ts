import type { FoundContent, UnitStream, UnitStreamEvents } from '../../../../core/coded-unit.js';
import type { FramePool } from '../../../../core/frame-pool.js';
import { HttpPictureReader } from '../../../http-pictures/http-picture-reader.js';
import { openTcp } from '../../../mpegts/open-tcp.js';
import { openUdp } from '../../../mpegts/open-udp.js';
import { RtspReader } from '../../../rtsp/rtsp-reader.js';
import { ffmpegTransport } from '../camera-input.js';
import type { CameraConnection, ConnectionEvents, UnitReceiver } from './connection.js';
import { FfmpegConnection } from './ffmpeg-connection.js';
import type { ResolvedCameraOptions } from '../options.js';
import type { Shedding } from '../shedding.js';
import type { Timeline } from '../time/timeline.js';
import { UnitConnection } from './unit-connection.js';

/** The demuxer of the stream: one of our readers, or ffmpeg. */
export type Reader = OwnReader | FfmpegReader;

export type FfmpegReader = {
  /** True to stamp pictures at arrival, for sources whose pictures carry no times. */
  readonly stampOnArrival: boolean;
  /** The content of the address; undefined if its form decides. */
  readonly content?: FoundContent | undefined;
  /** True if ffmpeg could not copy the coded pictures. */
  readonly cannotCopy?: boolean;
};

export function isOwn(reader: Reader): reader is OwnReader {
  return 'open' in reader;
}

export type OpenOptions = ResolvedCameraOptions & {
  readonly reader: Reader;
  readonly pool: FramePool;
  readonly timeline: Timeline;
  readonly shedding: Shedding;
  /** Receives pieces of a NUT file of the unchanged stream; undefined for none. */
  readonly onCopied: ((piece: Uint8Array) => void) | undefined;
  /** Receives each coded unit; undefined for none. */
  readonly units: UnitReceiver | undefined;
  readonly events: ConnectionEvents;
};

/** One of our readers for one camera, over all its connections. */
export type OwnReader = { open(events: UnitStreamEvents): UnitStream };

/** What our readers need to know. */
export type ReaderOptions = Pick<
  ResolvedCameraOptions,
  'transport' | 'timeoutMs' | 'snapshotIntervalMs' | 'clock' | 'scheduler' | 'inputOptions'
>;

type OwnReaderKind = {
  readonly reads: RegExp;
  make(url: string, options: ReaderOptions): OwnReader;
};

const OWN_READERS: readonly OwnReaderKind[] = [
  {
    reads: /^rtsps?:\/\//i,
    make: (url, { transport, ...options }) =>
      new RtspReader(url, { ...options, transport: transport === 'tcp' || transport === 'udp' ? transport : 'auto' }),
  },
  { reads: /^udp:\/\//i, make: (url, options) => ({ open: (events) => openUdp(url, options, events) }) },
  { reads: /^https?:\/\//i, make: (url, options) => new HttpPictureReader(url, options) },
  { reads: /^tcp:\/\//i, make: (url, options) => ({ open: (events) => openTcp(url, options, events) }) },
];

/** Our reader for such a camera; undefined if there is none, or if ffmpeg is requested. */
export function ownReaderOf(url: string, options: ReaderOptions): OwnReader | undefined {
  if (options.transport === 'ffmpeg' || options.inputOptions.length > 0) return undefined;
  return OWN_READERS.find(({ reads }) => reads.test(url))?.make(url, options);
}

/**
 * Connects to a camera with the suitable reader.
 * @throws UsageError if the URL is of an unknown kind
 */
export function openConnection(url: string, options: OpenOptions): CameraConnection {
  const { reader } = options;
  if (isOwn(reader)) return new UnitConnection({ ...options, onUnit: options.units?.onUnit, reader });
  return new FfmpegConnection({ ...options, ...reader, url, transport: ffmpegTransport(options.transport) });
}

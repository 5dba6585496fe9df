import type { UnitStream, UnitStreamEvents } from '../../../core/coded-unit.js';
import type { FrameRing } from '../../../core/frame-ring.js';
import { ffmpegTransport } from '../camera-input.js';
import type { CameraConnection, ConnectionEvents } from './connection.js';
import { FfmpegConnection } from './ffmpeg-connection.js';
import type { ResolvedCameraOptions } from './options.js';
import type { Timeline } from './timeline.js';
import { UnitConnection } from './unit-connection.js';

/** Who takes the stream apart: a reader of ours where there is one for such a camera, or ffmpeg, stamping pictures on arrival or not. */
export type Reader = 'own' | 'ffmpeg' | 'ffmpeg-stamped';

export type OpenOptions = ResolvedCameraOptions & {
  readonly reader: Reader;
  readonly ring: FrameRing;
  readonly timeline: Timeline;
  /** Given pieces of a NUT file of the stream as it came; undefined where none is wanted. */
  readonly onCopied: ((piece: Uint8Array) => void) | undefined;
  readonly events: ConnectionEvents;
};

/** A reader of ours for some kind of camera. */
type OwnReader = {
  readonly reads: RegExp;
  open(url: string, options: OpenOptions, events: UnitStreamEvents): UnitStream;
};

const OWN_READERS: readonly OwnReader[] = [];

/**
 * Connects to a camera with the reader that suits it.
 * @throws UsageError where the URL is of no kind that is known
 */
export function openConnection(url: string, options: OpenOptions): CameraConnection {
  const own = options.reader === 'own' && options.transport !== 'ffmpeg' && options.inputOptions.length === 0
    ? OWN_READERS.find(({ reads }) => reads.test(url)) : undefined;
  if (own !== undefined) return new UnitConnection({ ...options, open: (events) => own.open(url, options, events) });
  return new FfmpegConnection({
    ...options, url, transport: ffmpegTransport(options.transport), stampOnArrival: options.reader === 'ffmpeg-stamped',
  });
}

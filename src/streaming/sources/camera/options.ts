import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Clock, WallClock } from '../../../core/clock.js';
import type { OutputError } from '../../../core/errors.js';
import { AS_STATED, checkView, type View } from '../../../core/view.js';
import type { PictureFormat } from '../../../core/picture.js';
import type { Originals } from '../../originals/originals.js';
import type { Transport } from './camera-input.js';
import type { Ffmpeg } from '../../ffmpeg/binary.js';
import type { Hwaccel } from '../../ffmpeg/hwaccel.js';
import { CAMERA_DEFAULTS } from './defaults.js';
import { probeEndpoint, type EndpointProbe } from './connection/endpoint-probe.js';
import { RECONNECT_LADDER, type ReconnectLadder } from './connection/reconnect.js';
import type { TimeOffset } from './copy/kept-times.js';

export type CameraOptions = {
  readonly streamId: string;
  /** The detector's input that every picture is fitted into: `detector.info.input`. */
  readonly input: PictureFormat;
  /** How the pictures are shown. Default: as the camera states it. */
  readonly view?: View | undefined;
  readonly clock: Clock;
  /**
   * With the same zero as `clock`; compared with the dates of dated streams, again for each connection. Default: this
   * machine's current time of day, because it may have been set, or the machine may have slept, since the program
   * began.
   */
  readonly wallClock?: WallClock;
  /** Must not be one that reads files only: see `readsFilesOnly`. */
  readonly ffmpeg: Ffmpeg;
  /**
   * Hardware that decodes: a name that `ffmpeg -hwaccels` lists, or `auto`. Its device and drivers are files, so ffmpeg
   * sees the files of this machine. Default: none, decoding on the processor.
   */
  readonly hwaccel?: Hwaccel;
  /**
   * The transport of RTSP. Nowcast reads `tcp` and `udp`; `auto`, the default, is `tcp`, and `udp` if the camera
   * refuses it. If the camera sends a format that Nowcast does not read, ffmpeg reads it, as it always does with
   * `ffmpeg`.
   */
  readonly transport?: Transport;
  /** A connection without a new frame for this long is closed and opened again. Default 5 s. */
  readonly timeoutMs?: number;
  /**
   * The longest wait for the first frame of a connection, which needs a key frame. Default 20 s, or `timeoutMs` if that
   * is longer.
   */
  readonly firstFrameTimeoutMs?: number;
  /**
   * True to fail if the very first connection fails, because a person is waiting. Default false: try again without
   * limit.
   */
  readonly giveUpFirst?: boolean;
  /**
   * A picture that is older than this before decoding is dropped, with all others up to a key picture that is younger.
   * Default 2 s. If ffmpeg reads the camera, each picture that was older than this on arrival is dropped after
   * decoding; none is for a playlist (HLS).
   */
  readonly maxBehindMs?: number;
  /**
   * Time between two requests, for an address of HTTP that answers with single pictures; a slower answer delays the
   * next request. Default 1 s.
   */
  readonly snapshotIntervalMs?: number;
  /** Frames that consumers may hold before new ones are dropped. Default 4. */
  readonly slots?: number;
  /** Ends after this many frames, dropped ones included. */
  readonly maxFrames?: number;
  /**
   * Also keeps the camera's unchanged stream, one NUT file for each connection; see `onCopy`. If that fails, or the
   * disk fills up, keeping ends and watching continues; see `onCopyFailure`.
   */
  readonly keepCopyTo?: string;
  /** Called at the first frame of each connection. */
  readonly onCopy?: (copy: CameraCopy) => void;
  /** Called once if keeping ends early; the files are complete up to that point. */
  readonly onCopyFailure?: (error: OutputError) => void;
  /**
   * Also keeps the newest coded pictures in memory, so that originals can be had; not of devices and of RTP that ffmpeg
   * reads. Default: none.
   */
  readonly originals?: Originals;
  /**
   * More options for ffmpeg's input, one word each: `['-input_format', 'mjpeg']`. With any of them, ffmpeg reads the
   * camera.
   */
  readonly inputOptions?: readonly string[];
  /** Ends the source cleanly: it reports the open gap, reaps ffmpeg, then completes. */
  readonly stop?: AbortSignal;
  readonly ladder?: ReconnectLadder;
  /**
   * Probes whether the camera is back while a step of the ladder lasts. Default: a connection that is closed at the
   * first answer.
   */
  readonly probe?: EndpointProbe;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Waits. Default RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
};

/** The unchanged stream of one connection. */
export type CameraCopy = {
  readonly path: string;
  readonly epoch: number;
  /** Conversion of the presentation times in the file to those of the frames; grows during the connection. */
  readonly offsets: readonly TimeOffset[];
};

type Optional = 'keepCopyTo' | 'onCopy' | 'onCopyFailure' | 'originals' | 'stop' | 'hwaccel';
/** With every default filled in. */
export type ResolvedCameraOptions = Required<Omit<CameraOptions, Optional | 'view'>> &
  Pick<CameraOptions, Optional> & { readonly view: View };

/** @throws UsageError if the view is malformed */
export function resolveCameraOptions(options: CameraOptions): ResolvedCameraOptions {
  const { view = AS_STATED } = options;
  checkView(view);
  return {
    ...CAMERA_DEFAULTS,
    firstFrameTimeoutMs: Math.max(20_000, options.timeoutMs ?? 0),
    giveUpFirst: false,
    slots: 4,
    maxFrames: Infinity,
    inputOptions: [],
    ladder: RECONNECT_LADDER,
    probe: probeEndpoint,
    random: Math.random,
    scheduler: asyncScheduler,
    wallClock: { toUnixMs: (monotonicMs) => monotonicMs + Date.now() - options.clock.now() },
    ...options,
    view,
  };
}

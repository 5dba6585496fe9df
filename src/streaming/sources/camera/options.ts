import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Clock, WallClock } from '../../../core/clock.js';
import type { OutputError } from '../../../core/errors.js';
import type { PictureFormat } from '../../../core/picture.js';
import type { Transport } from './camera-input.js';
import type { Ffmpeg } from '../../ffmpeg/binary.js';
import { probeEndpoint, type EndpointProbe } from './endpoint-probe.js';
import { RECONNECT_LADDER, type ReconnectLadder } from './reconnect.js';
import type { TimeOffset } from './kept-times.js';

export type CameraOptions = {
  readonly streamId: string;
  /** Into which every picture is fitted: `detector.info.input`. */
  readonly input: PictureFormat;
  readonly clock: Clock;
  /**
   * Of the same zero as `clock`; compared with the dates of streams that have some, anew for each connection. Default: this
   * machine's time of day in that moment, since it may have been set, or the machine may have slept, after the program began.
   */
  readonly wallClock?: WallClock;
  /** Must not be the embedded one, which is too old for networks. */
  readonly ffmpeg: Ffmpeg;
  /**
   * How RTSP carries the video. `tcp` and `udp` are read by Nowcast; `auto`, the default, is `tcp`, and `udp` where the camera
   * will not. Where the camera sends what Nowcast does not read itself, ffmpeg does, as it always does with `ffmpeg`.
   */
  readonly transport?: Transport;
  /** A connection without a new frame for this long is given up and opened anew. Default 5 s. */
  readonly timeoutMs?: number;
  /** How long the first frame of a connection may take; it waits for a key frame. Default 20 s, or `timeoutMs` where that is longer. */
  readonly firstFrameTimeoutMs?: number;
  /** Fail where the very first connection does, instead of trying for ever: a person is waiting. Default false. */
  readonly giveUpFirst?: boolean;
  /**
   * A picture that is older than this when it could be decoded is passed over, with all up to a key picture that is not. Default
   * 2 s. Where ffmpeg reads the camera, each picture that was older than this when it arrived is passed over once it is decoded;
   * of a playlist (HLS) none is.
   */
  readonly maxBehindMs?: number;
  /** Frames that may be in other hands before new ones are dropped. Default 4. */
  readonly slots?: number;
  /** Ends after this many frames, dropped ones included. */
  readonly maxFrames?: number;
  /**
   * Also keeps the stream as the camera sent it, one NUT file for each connection; see `onCopy`. Where that fails, or
   * the disk gets full, keeping ends and watching goes on; see `onCopyFailure`.
   */
  readonly keepCopyTo?: string;
  /** Called at the first frame of each connection. */
  readonly onCopy?: (copy: CameraCopy) => void;
  /** Called once, when keeping ends early; the files are whole up to there. */
  readonly onCopyFailure?: (error: OutputError) => void;
  /** More options for ffmpeg's input, each word for itself: `['-input_format', 'mjpeg']`. With any of them it is ffmpeg that reads the camera. */
  readonly inputOptions?: readonly string[];
  /** Ends the source in order: it tells the open gap, reaps ffmpeg, then completes. */
  readonly stop?: AbortSignal;
  readonly ladder?: ReconnectLadder;
  /** Asks whether the camera is back while a step of the ladder lasts. Default: a connection that is closed when it is answered. */
  readonly probe?: EndpointProbe;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Waits. Default RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
};

/** The stream of one connection, as the camera sent it. */
export type CameraCopy = {
  readonly path: string;
  readonly epoch: number;
  /** How the presentation times in the file become those of the frames; grows while the connection lasts. */
  readonly offsets: readonly TimeOffset[];
};

type Optional = 'keepCopyTo' | 'onCopy' | 'onCopyFailure' | 'stop';
/** With every default filled in. */
export type ResolvedCameraOptions = Required<Omit<CameraOptions, Optional>> & Pick<CameraOptions, Optional>;

/** A camera that was asked for without further words. */
export const CAMERA_DEFAULTS = { transport: 'auto', timeoutMs: 5_000, maxBehindMs: 2_000 } as const;

export function resolveCameraOptions(options: CameraOptions): ResolvedCameraOptions {
  return {
    ...CAMERA_DEFAULTS, firstFrameTimeoutMs: Math.max(20_000, options.timeoutMs ?? 0), giveUpFirst: false,
    slots: 4, maxFrames: Infinity, inputOptions: [], ladder: RECONNECT_LADDER, probe: probeEndpoint, random: Math.random,
    scheduler: asyncScheduler,
    wallClock: { toUnixMs: (monotonicMs) => monotonicMs + Date.now() - options.clock.now() },
    ...options,
  };
}


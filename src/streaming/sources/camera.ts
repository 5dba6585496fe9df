import { asyncScheduler, map, NEVER, Observable, race, timer, type SchedulerLike } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { SourceError, type OutputError } from '../../core/errors.js';
import { dropOf, type FrameRef, type SourceEvent, type StatusState } from '../../core/events.js';
import { FrameRing, type FrameSlot } from '../../core/frame-ring.js';
import { letterbox, type Size } from '../../core/letterbox.js';
import { redactUrls } from '../../core/redact.js';
import { CameraConnection, type ConnectionEnd } from './camera-connection.js';
import { ffmpegTransport, type Transport } from './camera-input.js';
import { captureClock, CAPTURE_TRUST } from './capture-clock.js';
import { mayBeAway } from './connection-failure.js';
import { CopyKeeper } from './copy-keeper.js';
import { redactorOf } from './credentials.js';
import type { Ffmpeg } from './ffmpeg-binary.js';
import type { Picture } from './frame-process.js';
import { doorOf, knockAtDoor, returnsTo, type Knock } from './knock.js';
import { ptsStitcher } from './pts-stitcher.js';
import { failuresAfter, reconnectDelayMs, RECONNECT_LADDER, type ReconnectLadder } from './reconnect.js';

export type CameraOptions = {
  readonly streamId: string;
  /** Size in pixels into which every picture is letterboxed. */
  readonly input: Size;
  readonly clock: Clock;
  /** Must not be the embedded one, which is too old for networks. */
  readonly ffmpeg: Ffmpeg;
  /** Of RTSP. Default `auto`. */
  readonly transport?: Transport;
  /** A connection without a new frame for this long is given up and opened anew. Default 5 s. */
  readonly timeoutMs?: number;
  /**
   * How far behind the present the stream may fall, in milliseconds. Where more of it waits, the rest up to the newest
   * picture that a decoder can begin with is skipped and told as drops, `behind`. Default 2 s.
   */
  readonly maxBehindMs?: number;
  /** How long the first frame of a connection may take; it waits for a key frame. Default 20 s, or `timeoutMs` where that is longer. */
  readonly firstFrameTimeoutMs?: number;
  /** Fail where the very first connection does, instead of trying for ever: a person is waiting. Default false. */
  readonly giveUpFirst?: boolean;
  /** Frames that may be in other hands before new ones are dropped. Default 4. */
  readonly slots?: number;
  /** Ends after this many frames, dropped ones included. */
  readonly maxFrames?: number;
  /**
   * Also keeps the stream as the camera sent it, one Matroska file for each connection; see `onCopy`. Where that fails, or
   * the disk gets full, keeping ends and watching goes on; see `onCopyFailure`.
   */
  readonly keepCopyTo?: string;
  /** Told at the first frame of each connection. */
  readonly onCopy?: (copy: CameraCopy) => void;
  /** Told once, when nothing is kept any more; the files are whole up to there. */
  readonly onCopyFailure?: (error: OutputError) => void;
  /** More options for ffmpeg's input, each word for itself: `['-input_format', 'mjpeg']`. */
  readonly inputOptions?: readonly string[];
  /** Ends the source in order: the open gap is told, ffmpeg reaped, then it completes. */
  readonly stop?: AbortSignal;
  readonly ladder?: ReconnectLadder;
  /** Asks whether the camera is back while a step of the ladder lasts. Default: a connection that is closed when it is answered. */
  readonly knock?: Knock;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Waits. Default RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
};

/** What one connection sent, as it came. */
export type CameraCopy = {
  readonly path: string;
  readonly epoch: number;
  /** A frame's `ptsMs` minus its presentation time in the file. */
  readonly ptsOffsetMs: number;
};

/**
 * Watches a camera for ever: `rtsp://`, `rtsps://`, `http://`, `https://` (MJPEG, HLS and others), `udp://`, `srt://`,
 * `rtmp://` or `/dev/videoN`. Subscribing connects; unsubscribing ends its ffmpeg, whatever that is doing.
 *
 * A camera that goes away is reconnected to by the ladder, or as soon as it answers where it did not; it never
 * errors. A `gap` tells the time without frames when it is back. A slow consumer never holds the camera up: frames that find no free slot are reported as drops.
 * No event holds the URL's credentials.
 *
 * Errors with SourceError (`NOWCAST_CAMERA`) where the first connection fails and `giveUpFirst` is set, or where ffmpeg
 * is the embedded one; with UsageError where the URL is of no kind that is known.
 */
export function cameraSource(url: string, options: CameraOptions): Observable<SourceEvent> {
  return new Observable((subscriber) => {
    const session = new CameraSession(url, options, (event) => subscriber.next(event));
    const end = (): void => session.end();
    options.stop?.addEventListener('abort', end, { once: true });
    if (options.stop?.aborted === true) end();
    session.run().then(() => subscriber.complete(), (error: unknown) => subscriber.error(error));
    return () => {
      options.stop?.removeEventListener('abort', end);
      end();
    };
  });
}

type Resolved = Required<Omit<CameraOptions, 'keepCopyTo' | 'onCopy' | 'onCopyFailure' | 'stop'>> & Pick<CameraOptions, 'keepCopyTo' | 'onCopy'>;

/** Everything that a stream keeps over its connections. */
class CameraSession {
  readonly #url: string;
  readonly #options: Resolved;
  readonly #emit: (event: SourceEvent) => void;
  readonly #redact: (text: string) => string;
  readonly #ring: FrameRing;
  readonly #copies: CopyKeeper | undefined;
  readonly #stitcher = ptsStitcher();
  readonly #captureClock = captureClock();
  #connection: CameraConnection | undefined;
  #stampOnArrival = false;
  #wake: (() => void) | undefined;
  #isOver = false;
  #isLive = false;
  #epoch = -1;
  #seq = 0;
  #size: Size | undefined;
  #last: FrameRef | undefined;
  #lostWhy = '';

  constructor(url: string, options: CameraOptions, emit: (event: SourceEvent) => void) {
    this.#url = url;
    this.#options = {
      transport: 'auto', timeoutMs: 5_000, maxBehindMs: 2_000, firstFrameTimeoutMs: Math.max(20_000, options.timeoutMs ?? 0), giveUpFirst: false, slots: 4, maxFrames: Infinity,
      inputOptions: [], ladder: RECONNECT_LADDER, knock: knockAtDoor, random: Math.random, scheduler: asyncScheduler, ...options,
    };
    this.#emit = emit;
    this.#redact = redactorOf(url);
    const { slots, input, keepCopyTo } = this.#options;
    this.#ring = new FrameRing(slots, 3 * input.width * input.height);
    if (keepCopyTo !== undefined) this.#copies = new CopyKeeper({ path: keepCopyTo, onFailure: (error) => options.onCopyFailure?.(error) });
  }

  /** Connects, again and again, until `end()`. Resolves when the last ffmpeg is gone. */
  async run(): Promise<void> {
    if (this.#options.ffmpeg.origin === 'embedded') {
      throw new SourceError('a camera needs an ffmpeg of its own: install ffmpeg 4.4 or later, the embedded one is for files only', { code: 'NOWCAST_CAMERA' });
    }
    let failures = 0;
    /** Since its last picture: that it answers is no news then. */
    let hasAnswered = false;
    while (!this.#isOver) {
      this.#status('connecting', redactUrls(this.#url));
      const end = await this.#connect();
      if (this.#isOver) break;
      if (end.gaveUp === 'needs-stamps') {
        this.#stampOnArrival = true;
        continue;
      }
      this.#lostWhy = this.#redact(end.reason);
      if (this.#options.giveUpFirst && this.#last === undefined) {
        throw new SourceError(`${redactUrls(this.#url)}: ${this.#lostWhy}`, { code: 'NOWCAST_CAMERA' });
      }
      if (this.#isLive) hasAnswered = false;
      failures = failuresAfter(failures, this.#url, end);
      const delayMs = reconnectDelayMs(failures, this.#options.random, this.#options.ladder);
      const comesBack = mayBeAway(end.reason) ? this.#comesBack(!hasAnswered) : undefined;
      this.#status('reconnecting', `${this.#lostWhy}; next attempt in ${(delayMs / 1000).toFixed(1)} s${comesBack === undefined ? '' : ', or when it answers'}`);
      // A camera that has just started may need a moment more: it gets the quick steps again.
      if (await this.#wait(delayMs, comesBack)) [failures, hasAnswered] = [0, true];
    }
    this.#tellGap(this.#options.clock.now());
    this.#status('ended', `${this.#seq} frames`);
  }

  end(): void {
    this.#isOver = true;
    this.#connection?.stop();
    this.#wake?.();
  }

  async #connect(): Promise<ConnectionEnd> {
    this.#isLive = false;
    const copies = this.#copies?.begin(this.#epoch + 1) === true ? this.#copies : undefined;
    const connection = new CameraConnection({
      ...this.#options,
      transport: ffmpegTransport(this.#options.transport),
      url: this.#url,
      ring: this.#ring,
      stampOnArrival: this.#stampOnArrival,
      onCopied: copies && ((piece) => copies.write(piece)),
      onPicture: (picture, slot) => this.#arrived(picture, slot, connection),
    });
    this.#connection = connection;
    const end = await connection.ended;
    copies?.finish();
    this.#connection = undefined;
    return end;
  }

  /** Emits when the camera answers; undefined where it cannot be asked. */
  #comesBack(wasAway: boolean): Observable<void> | undefined {
    const { knock, scheduler } = this.#options;
    const door = doorOf(this.#url);
    return door === undefined ? undefined : returnsTo(door, { knock, scheduler, wasAway });
  }

  /** Resolves with whether the camera came back before the time was over. */
  #wait(delayMs: number, comesBack: Observable<void> = NEVER): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = race(
        timer(delayMs, this.#options.scheduler).pipe(map(() => false)),
        comesBack.pipe(map(() => true)),
      ).subscribe(resolve);
      this.#wake = () => {
        waiting.unsubscribe();
        resolve(false);
      };
      if (this.#isOver) this.#wake();
    });
  }

  #arrived({ ptsUs, size, corrupt }: Picture, slot: FrameSlot | undefined, connection: CameraConnection): void {
    const { clock, streamId, input, maxFrames } = this.#options;
    const readyAtMs = clock.now();
    const isFirst = !this.#isLive;
    if (isFirst) this.#begin(connection);
    const ptsMs = this.#stitcher.stitch(ptsUs / 1_000, readyAtMs);
    const capturedAtMs = this.#captureClock.capturedAtMs(ptsMs, readyAtMs);
    const ref: FrameRef = { streamId, seq: this.#seq++, epoch: this.#epoch, ptsMs, capturedAtMs, ...CAPTURE_TRUST };
    if (isFirst) {
      this.#tellGap(capturedAtMs);
      this.#tellCopy(ptsMs - ptsUs / 1_000);
    }
    if (isFirst || size.width !== this.#size?.width || size.height !== this.#size.height) {
      this.#size = size;
      this.#status('streaming', `${size.width}x${size.height} ${connection.codec}`);
    }
    this.#last = ref;
    if (slot === undefined) this.#emit(dropOf(ref, corrupt ? 'corrupt' : 'superseded', readyAtMs));
    else {
      const { width, height } = size;
      this.#emit({
        type: 'frame', ...ref, readyAtMs, width, height, letterbox: letterbox(size, input), image: slot.bytes, corrupt,
        release: () => slot.release(),
      });
    }
    if (this.#seq >= maxFrames) this.end();
  }

  #begin(connection: CameraConnection): void {
    this.#isLive = true;
    this.#epoch += 1;
    this.#stitcher.newEpoch();
    this.#captureClock.newEpoch(connection.holdsFrame);
  }

  /** The time since the last frame, where the camera was lost in between. */
  #tellGap(toMs: number): void {
    if (this.#last === undefined || this.#lostWhy === '') return;
    this.#emit({ type: 'gap', streamId: this.#options.streamId, fromMs: this.#last.capturedAtMs, toMs, why: this.#lostWhy });
    this.#lostWhy = '';
  }

  #tellCopy(ptsOffsetMs: number): void {
    const path = this.#copies?.path;
    if (path !== undefined) this.#options.onCopy?.({ path, epoch: this.#epoch, ptsOffsetMs });
  }

  #status(state: StatusState, message: string): void {
    const { streamId, clock } = this.#options;
    this.#emit({ type: 'status', streamId, atMs: clock.now(), state, message });
  }
}

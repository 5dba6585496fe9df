import type { SchedulerLike, Subscription } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { FrameRing, FrameSlot } from '../../core/frame-ring.js';
import type { Size } from '../../core/letterbox.js';
import { cameraInput, type FfmpegTransport } from './camera-input.js';
import { failureReason } from './connection-failure.js';
import { frameArguments } from './ffmpeg.js';
import type { Ffmpeg } from './ffmpeg-binary.js';
import { FrameProcess, type FrameProcessEnd, type Picture } from './frame-process.js';

export type CameraConnectionOptions = {
  readonly url: string;
  readonly ffmpeg: Ffmpeg;
  readonly clock: Clock;
  readonly scheduler: SchedulerLike;
  readonly input: Size;
  readonly ring: FrameRing;
  readonly transport: FfmpegTransport;
  readonly timeoutMs: number;
  readonly firstFrameTimeoutMs: number;
  readonly stampOnArrival: boolean;
  /** Given pieces of a Matroska file of the stream as it came; undefined where none is wanted. */
  readonly onCopied?: ((piece: Uint8Array) => void) | undefined;
  readonly inputOptions: readonly string[];
  /** `slot` holds the picture and is the receiver's; undefined where none was free and the picture was discarded. */
  readonly onPicture: (picture: Picture, slot: FrameSlot | undefined) => void;
};

/** How a connection ended, with ffmpeg gone. */
export type ConnectionEnd = {
  /** In plain words; may hold the URL's secrets. */
  readonly reason: string;
  /** From the first picture to the last; 0 where there was none. */
  readonly streamedMs: number;
  /** Why it ended itself; undefined where it did not. */
  readonly gaveUp: GivingUp | undefined;
};

/**
 * `silent`: connected, and no picture for too long. `needs-stamps`: the pictures carry no times of their own, and it wants
 * to be opened again with `stampOnArrival`.
 */
export type GivingUp = 'silent' | 'needs-stamps';

/** Demuxers that join a picture's packets and learn only from the next picture's first one that it is whole… */
const JOINING_DEMUXERS = new Set(['rtsp', 'mpegts']);
/** …for these codecs. */
const JOINED_CODECS = new Set(['h264', 'hevc', 'mpeg4', 'mpeg1video', 'mpeg2video']);
/** Demuxers that make times up from a nominal frame rate. */
const TIMELESS_DEMUXERS = new Set(['mpjpeg', 'mjpeg', 'h264', 'hevc']);

/** One attempt to watch a camera: an ffmpeg, and the watch over the age of its last frame. */
export class CameraConnection {
  /** Resolves when ffmpeg is gone; never rejects. */
  readonly ended: Promise<ConnectionEnd>;
  readonly #options: CameraConnectionOptions;
  readonly #process: FrameProcess;
  /** Slots of the pictures under way, oldest first. */
  readonly #slots: (FrameSlot | undefined)[] = [];
  readonly #openedAtMs: number;
  #firstPictureAtMs: number | undefined;
  #lastPictureAtMs: number | undefined;
  #watch: Subscription;
  #demuxer = '';
  #codec = '';
  #gaveUp: GivingUp | undefined;

  constructor(options: CameraConnectionOptions) {
    this.#options = options;
    const { url, ffmpeg, input, ring, clock, scheduler, onCopied } = options;
    const camera = cameraInput(url, ffmpeg.version, { ...options, probeFully: onCopied !== undefined });
    this.#openedAtMs = clock.now();
    this.#process = new FrameProcess({
      ffmpeg,
      args: frameArguments(ffmpeg.version, {
        url: camera.url, inputOptions: [...camera.inputOptions, ...options.inputOptions], input, copies: onCopied !== undefined,
      }),
      getTarget: () => {
        const slot = ring.acquire();
        this.#slots.push(slot);
        return slot?.bytes;
      },
      onPicture: (picture) => this.#arrived(picture),
      onCopied,
      onLine: (line) => this.#read(line),
    });
    this.#watch = scheduler.schedule(() => this.#check(), options.firstFrameTimeoutMs);
    this.ended = this.#process.closed.then((end) => this.#end(end));
  }

  /** ffmpeg's name of the video's codec, once the stream is open. */
  get codec(): string {
    return this.#codec;
  }

  /** A frame comes out only when the next one begins to arrive. */
  get holdsFrame(): boolean {
    return JOINING_DEMUXERS.has(this.#demuxer) && JOINED_CODECS.has(this.#codec);
  }

  stop(): void {
    void this.#process.stop();
  }

  #arrived(picture: Picture): void {
    this.#lastPictureAtMs = this.#options.clock.now();
    this.#firstPictureAtMs ??= this.#lastPictureAtMs;
    this.#options.onPicture(picture, this.#slots.shift());
  }

  #read(line: string): void {
    if (this.#codec !== '') return;
    if (this.#demuxer === '') this.#demuxer = /Input #0, ([\w]+)/.exec(line)?.[1] ?? '';
    else this.#codec = /Stream #0:\d+.*: Video: (\w+)/.exec(line)?.[1] ?? '';
    if (TIMELESS_DEMUXERS.has(this.#demuxer) && !this.#options.stampOnArrival) this.#giveUp('needs-stamps');
  }

  /** The watch over the last frame's age: a connection that is silent is as dead as one that is closed. */
  #check(): void {
    const { clock, scheduler } = this.#options;
    const leftMs = this.#patienceMs() - (clock.now() - (this.#lastPictureAtMs ?? this.#openedAtMs));
    if (leftMs <= 0) this.#giveUp('silent');
    else this.#watch = scheduler.schedule(() => this.#check(), leftMs);
  }

  #patienceMs(): number {
    return this.#lastPictureAtMs === undefined ? this.#options.firstFrameTimeoutMs : this.#options.timeoutMs;
  }

  #giveUp(why: GivingUp): void {
    this.#gaveUp = why;
    this.stop();
  }

  #end(end: FrameProcessEnd): ConnectionEnd {
    this.#watch.unsubscribe();
    for (const slot of this.#slots.splice(0)) slot?.release();
    const streamedMs = this.#firstPictureAtMs === undefined ? 0 : this.#lastPictureAtMs! - this.#firstPictureAtMs;
    return { reason: this.#reason(end), streamedMs, gaveUp: this.#gaveUp };
  }

  #reason({ failure, errors, signal, code, pictureCount }: FrameProcessEnd): string {
    if (this.#gaveUp === 'silent') return `no picture for ${this.#patienceMs() / 1000} s: the camera is connected but silent`;
    if (failure !== undefined) return failure.message;
    if (signal !== null) return `ffmpeg was killed (${signal})`;
    const silentMs = this.#options.clock.now() - (this.#lastPictureAtMs ?? this.#openedAtMs);
    return failureReason(errors, silentMs >= this.#options.timeoutMs)
      ?? (code === 0 || pictureCount > 0 ? 'the camera ended the stream' : errors[errors.length - 1] ?? `ffmpeg ended with exit code ${code}`);
  }
}

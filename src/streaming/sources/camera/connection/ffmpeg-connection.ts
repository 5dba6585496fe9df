import type { SchedulerLike, Subscription } from 'rxjs';
import type { FoundContent } from '../../../../core/coded-unit.js';
import type { Clock, WallClock } from '../../../../core/clock.js';
import type { FramePool, FrameSlot } from '../../../../core/frame-pool.js';
import type { PictureFormat } from '../../../../core/picture.js';
import { isCropFailure, type View } from '../../../../core/view.js';
import { cameraInput, type CameraInput, type FfmpegTransport } from '../camera-input.js';
import { failureReason } from './connection-failure.js';
import type { Ffmpeg } from '../../../ffmpeg/binary.js';
import { CodedCopy } from '../../../ffmpeg/coded-copy.js';
import { hwaccelOptions, withHwaccel, type Hwaccel } from '../../../ffmpeg/hwaccel.js';
import { EVERYTHING } from '../../../ffmpeg/needs.js';
import type { FrameProcess, FrameProcessEnd, FfmpegPicture } from '../../../ffmpeg/frame-process.js';
import type { DecodedDecision } from '../backlog.js';
import {
  STREAM_ENDED,
  type CameraConnection,
  type ConnectionEnd,
  type ConnectionEvents,
  type GivingUp,
  type UnitReceiver,
} from './connection.js';
import { CopiedUnits } from '../copy/copied-units.js';
import { keptFrameProcess } from '../copy/kept-frame-process.js';
import { kernelStamps, type KernelStamps } from '../time/kernel-stamps.js';
import { KeptTimes } from '../copy/kept-times.js';
import { ProgramTime } from '../time/program-time.js';
import { staysBehind, type Shedding } from '../shedding.js';
import type { PlacedMoment, Timeline } from '../time/timeline.js';

export type FfmpegConnectionOptions = {
  readonly url: string;
  readonly ffmpeg: Ffmpeg;
  readonly hwaccel?: Hwaccel;
  readonly clock: Clock;
  readonly wallClock: WallClock;
  readonly scheduler: SchedulerLike;
  readonly input: PictureFormat;
  readonly view?: View | undefined;
  readonly pool: FramePool;
  readonly transport: FfmpegTransport;
  readonly timeoutMs: number;
  readonly firstFrameTimeoutMs: number;
  readonly stampOnArrival: boolean;
  /** The content of the address; undefined if its form decides. */
  readonly content?: FoundContent | undefined;
  readonly timeline: Timeline;
  readonly shedding: Shedding;
  /** Receives pieces of a NUT file of the unchanged stream; undefined for none. */
  readonly onCopied: ((piece: Uint8Array) => void) | undefined;
  /** Receives the coded pictures; undefined for none. */
  readonly units?: UnitReceiver | undefined;
  readonly cannotCopy?: boolean;
  readonly inputOptions: readonly string[];
  readonly events: ConnectionEvents;
};

/** Demuxers that join a picture's packets, and detect its end only at the next picture's first packet… */
const JOINING_DEMUXERS = new Set(['rtsp', 'rtp', 'sdp', 'mpegts']);
/** …for these codecs. */
const JOINED_CODECS = new Set(['h264', 'hevc', 'mpeg4', 'mpeg1video', 'mpeg2video']);
/** Demuxers that invent times from a nominal frame rate. */
const TIMELESS_DEMUXERS = new Set(['mpjpeg', 'mjpeg', 'h264', 'hevc']);
/**
 * Demuxers of playlists. Their pictures are old by design, and nothing shows how much of their age is the servers'
 * delay. A player that falls behind moves forward anyway: old segments leave the playlist.
 */
const PLAYLIST_DEMUXERS = new Set(['hls', 'dash']);
/** Of the second output, which no format of the first one can cause. */
const COPY_FAILURE = /output file #1\b|output stream (?:#?1:|1:)|out#1\b|vost#1:|av_interleaved_write_frame/;
const CANNOT_COPY = 'ffmpeg cannot copy the coded pictures of this camera';

/** A connection that ffmpeg reads and decodes: for all formats that our own readers do not support. */
export class FfmpegConnection implements CameraConnection {
  readonly ended: Promise<ConnectionEnd>;
  readonly keptTimes = new KeptTimes();
  readonly #options: FfmpegConnectionOptions;
  readonly #process: Pick<FrameProcess, 'closed' | 'stop'>;
  /** Slots of the pictures in progress, oldest first. */
  readonly #slots: (FrameSlot | undefined)[] = [];
  readonly #openedAtMs: number;
  /** A copy needs decoding times, which RTP does not carry. */
  readonly #restamps: boolean;
  readonly #isRtsp: boolean;
  /** Of a device whose stamps arrive unchanged. */
  readonly #stamps: KernelStamps | undefined;
  readonly #program: ProgramTime | undefined;
  /** Coded pictures that get their times from decoded ones. */
  #copied: CopiedUnits | undefined;
  readonly #isCopying: boolean;
  #firstPictureAtMs: number | undefined;
  #lastPictureAtMs: number | undefined;
  /** The times of the last pictures: as many as are held, and the newest. */
  #readyAtMs: number[] = [];
  #watch: Subscription;
  #demuxer = '';
  #codec = '';
  #gaveUp: { readonly why: GivingUp; readonly reason: string } | undefined;

  constructor(options: FfmpegConnectionOptions) {
    this.#options = options;
    const { url, ffmpeg, hwaccel, input, view, pool, clock, scheduler, onCopied } = options;
    const { units, cannotCopy = false } = options;
    const isKept = onCopied !== undefined;
    const findsSize = units !== undefined && !cannotCopy;
    const camera = cameraInput(url, ffmpeg.version, { ...options, probeFully: isKept, findsSize });
    this.#restamps = onCopied !== undefined && camera.lacksDecodingTimes;
    this.#stamps = camera.stampsAreMonotonic ? kernelStamps((text) => options.events.onNotice(text)) : undefined;
    this.#program = camera.isPlaylist
      ? new ProgramTime({
          ...options,
          playlistUrl: camera.url,
          onNotice: (text) => options.events.onNotice(text),
        })
      : undefined;
    const whyNone = isKept ? undefined : whyNoCopy(camera, options);
    if (whyNone !== undefined) units?.onNone(whyNone);
    const coded = units && whyNone === undefined ? this.#codedCopy(units) : undefined;
    this.#isCopying = coded !== undefined && !isKept;
    this.#isRtsp = /^rtsps?:/i.test(camera.url);
    this.#openedAtMs = clock.now();
    this.#process = keptFrameProcess({
      ffmpeg,
      url: camera.url,
      inputOptions: [...hwaccelOptions(hwaccel), ...camera.inputOptions, ...options.inputOptions],
      needs: options.inputOptions.length === 0 ? withHwaccel(camera.needs, hwaccel) : EVERYTHING,
      input,
      view,
      getTarget: () => {
        const slot = pool.acquire();
        this.#slots.push(slot);
        return slot?.bytes;
      },
      onPicture: (picture) => this.#arrived(picture),
      onCopied:
        onCopied &&
        ((piece) => {
          onCopied(piece);
          coded?.push(piece);
        }),
      onCoded: coded && ((piece) => coded.push(piece)),
      restamps: this.#restamps,
      onLine: (line) => this.#read(line),
    });
    this.#watch = scheduler.schedule(() => this.#check(), options.firstFrameTimeoutMs);
    this.ended = this.#process.closed.then((end) => this.#end(end));
  }

  get codec(): string {
    return this.#codec;
  }

  stop(): void {
    void this.#process.stop();
  }

  #codedCopy({ onUnit, onNone }: UnitReceiver): CodedCopy {
    const copied = new CopiedUnits(onUnit);
    this.#copied = copied;
    return new CodedCopy({ onPicture: (picture) => copied.coded(picture, this.#options.clock.now()), onNone });
  }

  #arrived({ ptsUs, size, whole, corrupt }: FfmpegPicture): void {
    const { clock, timeline, events } = this.#options;
    const readyAtMs = clock.now();
    // A held picture comes out when a later one begins to arrive: the picture that many before was released when this
    // one began.
    this.#readyAtMs = [...this.#readyAtMs, readyAtMs].slice(-1 - this.#heldPictures);
    const [arrivedAtMs] = this.#readyAtMs;
    this.#lastPictureAtMs = readyAtMs;
    this.#firstPictureAtMs ??= readyAtMs;
    const mediaMs = ptsUs / 1_000;
    // ffmpeg returns pictures in presentation order.
    const moment = timeline.place({
      mediaMs,
      arrivedAtMs,
      damaged: corrupt,
      lostBefore: false,
      mayGoBack: false,
      untimed: this.#options.stampOnArrival ? {} : undefined,
      known: this.#stamps?.estimate(mediaMs, arrivedAtMs) ?? this.#program?.estimate(mediaMs, arrivedAtMs),
      hiddenMs: this.#program?.hiddenMs,
    });
    // They grow with each jump of the times, and never beyond the size of their file.
    if (this.#options.onCopied !== undefined) this.keptTimes.note(ptsUs, moment.ptsMs);
    this.#copied?.decoded({ ptsUs, streamUs: Math.round(moment.ptsMs * 1_000), isDamaged: corrupt });
    const slot = this.#slots.shift();
    const decision = this.#decide(moment, readyAtMs);
    if (decision === 'show') {
      events.onPicture(moment, { size, whole, corrupt, slot });
      return;
    }
    slot?.release();
    events.onMissing(moment, 'behind');
    if (decision === 'reconnect') this.#giveUp('behind', staysBehind(moment.leastAgeMs));
  }

  #decide({ leastAgeMs }: PlacedMoment, atMs: number): DecodedDecision {
    if (PLAYLIST_DEMUXERS.has(this.#demuxer)) return 'show';
    // By the age on arrival: ffmpeg holds a picture for one interval, which is no backlog, even for a slow camera.
    return this.#options.shedding.decideDecoded({ atMs, leastAgeMs });
  }

  /** By ffmpeg, until that many others begin to arrive. */
  get #heldPictures(): number {
    return Number(JOINING_DEMUXERS.has(this.#demuxer) && JOINED_CODECS.has(this.#codec)) + Number(this.#restamps);
  }

  #read(line: string): void {
    this.#program?.read(line);
    if (this.#firstPictureAtMs !== undefined || !line.startsWith('[info] ')) return;
    const demuxer = /^\[info\] Input #0, (\w+)/.exec(line)?.[1];
    // An RTSP server writes whole lines before the description of its stream, and none behind it.
    if (demuxer !== undefined && this.#isRtsp) [this.#demuxer, this.#codec] = ['rtsp', ''];
    else if (this.#demuxer === '') this.#demuxer = demuxer ?? '';
    else if (this.#codec === '') this.#codec = /^\[info\] {3,5}Stream #0:\d+\S*: Video: (\w+)/.exec(line)?.[1] ?? '';
    if (TIMELESS_DEMUXERS.has(this.#demuxer) && !this.#options.stampOnArrival)
      this.#giveUp('needs-stamps', 'the pictures carry no times');
  }

  /**
   * Watches the last picture's age, skipped ones included: a silent connection is as dead as a closed one. ffmpeg shows
   * neither packets nor the sender's reports, so frozen and slow cameras look silent.
   */
  #check(): void {
    const { clock, scheduler } = this.#options;
    const leftMs = this.#patienceMs() - (clock.now() - (this.#lastPictureAtMs ?? this.#openedAtMs));
    if (leftMs <= 0)
      this.#giveUp('silent', `no picture for ${this.#patienceMs() / 1000} s: the camera is connected but silent`);
    else this.#watch = scheduler.schedule(() => this.#check(), leftMs);
  }

  #patienceMs(): number {
    return this.#lastPictureAtMs === undefined ? this.#options.firstFrameTimeoutMs : this.#options.timeoutMs;
  }

  #giveUp(why: GivingUp, reason: string): void {
    this.#gaveUp ??= { why, reason };
    this.stop();
  }

  async #end(end: FrameProcessEnd): Promise<ConnectionEnd> {
    this.#watch.unsubscribe();
    await this.#program?.stop();
    for (const slot of this.#slots.splice(0)) slot?.release();
    const streamedMs = this.#firstPictureAtMs === undefined ? 0 : this.#lastPictureAtMs! - this.#firstPictureAtMs;
    return { reason: this.#reason(end), streamedMs, gaveUp: this.#gaveUp?.why ?? this.#ownEnd(end) };
  }

  #ownEnd({ failure, errors, stopped }: FrameProcessEnd): GivingUp | undefined {
    if (isCropFailure(failure)) return 'cannot-crop';
    const isOfCopy = this.#isCopying && !stopped && errors.some((error) => COPY_FAILURE.test(error));
    return isOfCopy ? 'cannot-copy' : undefined;
  }

  #reason({ failure, errors, signal, code, pictureCount }: FrameProcessEnd): string {
    if (this.#gaveUp !== undefined) return this.#gaveUp.reason;
    if (failure !== undefined) return failure.message;
    if (signal !== null) return `ffmpeg was killed (${signal})`;
    const silentMs = this.#options.clock.now() - (this.#lastPictureAtMs ?? this.#openedAtMs);
    return (
      failureReason(errors, silentMs >= this.#options.timeoutMs) ??
      (code === 0 || pictureCount > 0
        ? STREAM_ENDED
        : (errors[errors.length - 1] ?? `ffmpeg ended with exit code ${code}`))
    );
  }
}

function whyNoCopy(camera: CameraInput, { cannotCopy, inputOptions }: FfmpegConnectionOptions): string | undefined {
  if (cannotCopy === true) return CANNOT_COPY;
  if (camera.lacksDecodingTimes) return 'ffmpeg reads this camera over RTP, and copies no video without decoding times';
  // Whoever chose options for a device may have chosen a coded format.
  return camera.mayBeRaw && inputOptions.length === 0 ? 'a device may give pixels, which are not copied' : undefined;
}

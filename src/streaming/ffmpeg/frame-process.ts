import type { Readable } from 'node:stream';
import type { Size } from '../../core/size.js';
import { SourceError } from '../../core/errors.js';
import { CROP_FAILED, outsideError, type View } from '../../core/view.js';
import type { PictureFormat } from '../../core/picture.js';
import type { Ffmpeg } from './binary.js';
import { ChildInput } from './child-input.js';
import { FfmpegChild, type FfmpegExit } from './child.js';
import { decodesInOrder, formatOf, marksDamage, scalerOf } from './arguments.js';
import { damageIn } from './damage-messages.js';
import { complaintIn } from './log-line.js';
import { FfmpegLog, type InputDescription } from './log.js';
import type { Needs } from './needs.js';
import { NutReader, type NutFrame } from './nut-reader.js';
import { socketPair } from './socket-pair.js';
import type { VideoStream } from './video-streams.js';

/** One picture, complete with its facts. */
export type FfmpegPicture = NutFrame & {
  /** Size of the source's shown picture, before letterboxing, in pixels. */
  readonly size: Size;
  /** The same before cropping; absent without a crop. */
  readonly whole?: Size | undefined;
  /** The decoder reported damage in it. */
  readonly corrupt: boolean;
};

/** How ffmpeg ended. */
export type FrameProcessEnd = FfmpegExit & {
  /** True if `stop()` was called. */
  readonly stopped: boolean;
  readonly pictureCount: number;
  /** True if the output ended inside a picture. */
  readonly cutOff: boolean;
  /** ffmpeg's last messages of level error and above, oldest first. They may contain the URL with its credentials. */
  readonly errors: readonly string[];
  /** Of these, the ones about reading the input, not about single pictures. */
  readonly inputErrors: readonly string[];
  /** The input's video streams. */
  readonly streams: readonly VideoStream[];
  /** The input ended inside a packet. */
  readonly endsInPacket: boolean;
  /** When the last packet ends, by the container's own times; absent if it has none. */
  readonly reachedMs?: number;
  /** An error on our side: ffmpeg could not be started, or its output could not be read. */
  readonly failure?: Error;
};

export type FrameProcessOptions = {
  readonly ffmpeg: Ffmpeg;
  /** From `frameArguments`. */
  readonly args: readonly string[];
  /** What the arguments make ffmpeg use. */
  readonly needs: Needs;
  /** As in the arguments. */
  readonly view?: View | undefined;
  /** ffmpeg reads its input from `write`, not from an address. Default false. */
  readonly isFed?: boolean;
  /** ffmpeg's standard input is this program's. Default false. */
  readonly inheritsInput?: boolean;
  /**
   * As in the arguments. Without it, a picture's size is the newest one in the log, and `corrupt` is never set: see
   * `onLine`. Default true.
   */
  readonly announcesPictures?: boolean;
  /**
   * Pictures that may wait until later ones show whether they are damaged; then the first of them counts as damaged.
   * Fewer than there are targets. Default 6.
   */
  readonly mostUndecided?: number;
  /** Order of a picture's planes. Default `bgr`. */
  readonly channels?: PictureFormat['channels'] | undefined;
  /**
   * Memory for the next picture's three planes. Undefined discards the picture: it still comes to `onPicture`, without
   * a target, and ffmpeg continues. `'wait'` makes ffmpeg wait until `resume()`. Targets are used in order; unused ones
   * belong to the caller again once `stop()` was called or `closed` has resolved.
   */
  readonly getTarget: (byteLength: number, ptsUs: number) => Uint8Array | undefined | 'wait';
  readonly onPicture: (picture: FfmpegPicture) => void;
  /** Called once, before ffmpeg decodes, with the input's video streams. */
  readonly onStreams?: (streams: readonly VideoStream[]) => void;
  /** Called once, before the first picture, when the input is open. */
  readonly onInput?: (input: InputDescription) => void;
  /** Pieces of the requested copy. Pieces in transit come even after `stop()`, until `closed` resolves. */
  readonly onCopied?: ((piece: Uint8Array) => void) | undefined;
  /** Every line of ffmpeg's log. It may contain the URL with its credentials. */
  readonly onLine?: (line: string) => void;
};

function reshaped(): SourceError {
  return new SourceError('the pixels change their shape within the stream, which a crop does not follow', {
    code: CROP_FAILED,
  });
}

/** ffmpeg sends frames as planes G, B, R. The position of each in the picture: */
const PLANE_ORDER = { bgr: [1, 0, 2], rgb: [1, 2, 0] } as const;
/** Below the eight slots of a video, of which the consumer holds two. */
const DEFAULT_MOST_UNDECIDED = 6;
/** Time for an ffmpeg with piped input to return its last pictures. */
const FINISH_MS = 1500;

/**
 * An ffmpeg process that decodes one source. Always reaped: `closed` resolves when it has ended and its pipes are
 * closed.
 */
export class FrameProcess {
  /** Never rejects. */
  readonly closed: Promise<FrameProcessEnd>;
  readonly #options: FrameProcessOptions;
  readonly #input = new ChildInput();
  readonly #reader: NutReader;
  readonly #log: FfmpegLog;
  readonly #mostUndecided: number;
  /** Absent until it is started. */
  #child: FfmpegChild | undefined;
  /** The stream of its pictures. */
  #output: Readable | undefined;
  /** Complete pictures whose announcement has not been read yet: log and pictures come through two pipes. */
  readonly #unannounced: NutFrame[] = [];
  #pictureCount = 0;
  #isInputReported = false;
  #areStreamsReported = false;
  #stopped = false;
  #failure: Error | undefined;
  #exit: FfmpegExit | undefined;
  #resolveClosed!: (end: FrameProcessEnd) => void;

  constructor(options: FrameProcessOptions) {
    this.#options = options;
    const { args, ffmpeg, getTarget, announcesPictures = true, channels = 'bgr' } = options;
    this.#mostUndecided = options.mostUndecided ?? DEFAULT_MOST_UNDECIDED;
    this.#log = new FfmpegLog({
      scaler: scalerOf(args),
      view: options.view,
      announcesPictures,
      marksDamage: marksDamage(ffmpeg.version),
      inOrder: decodesInOrder(args),
      format: formatOf(args),
    });
    this.#reader = new NutReader({
      getTarget,
      planeOrder: PLANE_ORDER[channels],
      onFrame: (frame) => this.#arrived(frame),
    });
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    void this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Writes bytes to an ffmpeg with piped input. They wait until ffmpeg reads them; the caller limits their number. */
  write(...pieces: readonly Uint8Array[]): void {
    if (!this.#stopped) this.#input.write(pieces);
  }

  /** Bytes that were written, but that ffmpeg has not read yet. */
  get unsentBytes(): number {
    return this.#input.unsentBytes;
  }

  /** Resolves when ffmpeg has read all of that, or has ended. */
  taken(): Promise<void> {
    return this.#input.taken();
  }

  /** Reads no more of the copy before `until` resolves, so ffmpeg waits. */
  holdCopy(until: Promise<void>): void {
    const copy = this.#child?.copy;
    copy?.pause();
    void until.then(() => copy?.resume());
  }

  /** Takes a line from the log of the ffmpeg that feeds this one, because that one detects the damage. */
  noteDamage(line: string): void {
    const message = complaintIn(line);
    if (message !== undefined && damageIn(message) !== undefined) this.#log.lostSomewhere();
  }

  /** Ends the input of an ffmpeg with piped input; resolves like `closed`, soon even if ffmpeg does not answer. */
  finish(): Promise<FrameProcessEnd> {
    const timer = setTimeout(() => void this.stop(), FINISH_MS);
    void this.closed.then(() => clearTimeout(timer));
    this.#input.end();
    return this.closed;
  }

  /** Continues to read, once a target is available again. */
  resume(): void {
    this.#guarded(() => this.#reader.resume());
  }

  /** Ends ffmpeg in any state; no callback is called any more. Resolves like `closed`; safe to call twice. */
  stop(): Promise<FrameProcessEnd> {
    this.#stopped = true;
    void this.#child?.stop();
    // Blocked in a write to a full pipe, it would not even notice the signal.
    this.#output?.destroy();
    this.#input.destroy();
    this.#endIfDone();
    return this.closed;
  }

  async #start(): Promise<void> {
    const { ffmpeg, args, needs, isFed, inheritsInput, onCopied } = this.#options;
    const onBytes = (bytes: Buffer): void => this.#guarded(() => this.#reader.push(bytes));
    // A pipe replaces a missing socket pair, at a higher cost.
    const pair = await socketPair(onBytes).catch(() => undefined);
    const pairClosed = pair && new Promise((resolve) => pair.near.on('error', () => undefined).once('close', resolve));
    if (this.#stopped) {
      pair?.near.destroy();
      pair?.far.destroy();
      this.#ended({ code: null, signal: null });
      return;
    }
    const child = new FfmpegChild({
      ffmpeg,
      args,
      needs,
      onLine: (line) => this.#logged(line),
      stdin: isFed === true ? 'pipe' : inheritsInput === true ? 'inherit' : undefined,
      stdout: pair?.far ?? 'pipe',
      copy: onCopied && 'pipe',
    });
    pair?.far.destroy();
    this.#child = child;
    this.#output = pair?.near ?? child.stdout;
    if (pair === undefined) this.#output?.on('data', onBytes);
    child.copy?.on('data', (piece: Buffer) => onCopied?.(piece));
    this.#input.attach(child.stdin);
    const exit = await child.closed;
    await pairClosed;
    this.#ended(exit);
  }

  #ended(exit: FfmpegExit): void {
    this.#exit ??= exit;
    this.#guarded(() => {
      this.#log.settle();
      this.#deliver();
      return !this.#reader.isWaiting;
    });
    this.#endIfDone();
  }

  /** The last pictures may still wait for a target long after ffmpeg has ended. */
  #endIfDone(): void {
    if (this.#exit === undefined) return;
    const ownFailure = this.#failure ?? this.#exit.failure;
    if (this.#reader.isWaiting && !this.#stopped && ownFailure === undefined) return;
    const failure = ownFailure ?? this.#cropFailure;
    this.#resolveClosed({
      ...this.#exit,
      stopped: this.#stopped,
      pictureCount: this.#pictureCount,
      cutOff: !this.#reader.atBoundary,
      errors: [...this.#log.errors],
      inputErrors: [...this.#log.inputErrors],
      streams: this.#log.describedStreams,
      endsInPacket: this.#log.endsInPacket,
      ...(this.#log.reachedMs !== undefined && { reachedMs: this.#log.reachedMs }),
      ...(failure && { failure }),
    });
  }

  get #cropFailure(): SourceError | undefined {
    const { crop } = this.#options.view ?? {};
    const { tooSmall } = this.#log.sizes;
    return crop === undefined || tooSmall === undefined ? undefined : outsideError(crop, tooSmall);
  }

  /**
   * Runs code that reads or passes on pictures; makes ffmpeg wait while the reader waits, and ends it on an exception.
   */
  #guarded(read: () => boolean): void {
    if (this.#stopped || this.#failure !== undefined) return;
    try {
      const wantsMore = read();
      if (this.#stopped) return;
      if (wantsMore) this.#output?.resume();
      else this.#output?.pause();
    } catch (error) {
      this.#failure = error as Error;
      void this.stop();
    }
    this.#endIfDone();
  }

  #logged(line: string): void {
    this.#log.push(line);
    if (this.#stopped) return;
    this.#options.onLine?.(line);
    this.#guarded(() => {
      if (this.#log.sizes.isReshaped) throw reshaped();
      this.#reportStreams();
      this.#deliver();
      return !this.#reader.isWaiting;
    });
  }

  #reportStreams(): void {
    const { streams } = this.#log;
    if (this.#areStreamsReported || streams === undefined) return;
    this.#areStreamsReported = true;
    this.#options.onStreams?.(streams);
  }

  #arrived(frame: NutFrame): void {
    this.#unannounced.push(frame);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#unannounced.length > 0 && !this.#stopped) {
      // Undecided pictures take up the memory for those that would decide about them. The log may lag behind the
      // pictures, or be ahead of them; neither makes a picture undecided.
      if (Math.min(this.#unannounced.length, this.#log.announcedCount) >= this.#mostUndecided) this.#log.settleFirst();
      const facts = this.#log.nextPicture();
      if (facts === undefined) return;
      if (!this.#isInputReported) {
        this.#isInputReported = true;
        this.#options.onInput?.(this.#log.input ?? {});
      }
      this.#pictureCount++;
      this.#options.onPicture({ ...this.#unannounced.shift()!, ...facts });
    }
  }
}

import type { PlayClock } from './play-clock.js';

export type VideoPlayerOptions = {
  readonly clock: PlayClock;
  /** How much of the past stays, in milliseconds. */
  readonly keptMs: number;
  /** Called for each picture that appears, with its presentation time. */
  readonly onPicture: (ptsMs: number) => void;
  /** Called once, if the browser cannot play the video. */
  readonly onFailure: (why: string) => void;
};

const STEER_EVERY_MS = 100;
/** The rate of playback changes by this at most, which nobody sees; a larger error is a jump. */
const MOST_RATE_CHANGE = 0.06;
const JUMP_MS = 1200;
const GOOD_ENOUGH_MS = 12;
/** More parts that wait for the browser than this: it does not keep up. */
const MOST_WAITING = 600;

/** Safari's phones have the managed one alone. */
const Source = (window as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource ?? window.MediaSource;

export function canPlay(codec: string): boolean {
  return (
    (Source as typeof MediaSource | undefined) !== undefined &&
    'requestVideoFrameCallback' in HTMLVideoElement.prototype &&
    Source.isTypeSupported(mimeOf(codec))
  );
}

/** Plays fragments as they come, a little behind them: see `play-clock.ts`. */
export class VideoPlayer {
  readonly #video: HTMLVideoElement;
  readonly #options: VideoPlayerOptions;
  readonly #source = new Source();
  readonly #waiting: (() => void)[] = [];
  /** Presentation times of key pictures, in seconds, in order. */
  #keys: number[] = [];
  #buffer: SourceBuffer | undefined;
  #timer: number | undefined;
  #isOver = false;
  /** A moment of the past that a person has chosen, in milliseconds of presentation time; undefined: live. */
  #chosenMs: number | undefined;

  constructor(video: HTMLVideoElement, codec: string, options: VideoPlayerOptions) {
    this.#video = video;
    this.#options = options;
    video.muted = true;
    video.disableRemotePlayback = true;
    video.src = URL.createObjectURL(this.#source);
    this.#source.addEventListener(
      'sourceopen',
      () => {
        URL.revokeObjectURL(video.src);
        if (this.#isOver) return;
        this.#guarded(() => {
          this.#buffer = this.#source.addSourceBuffer(mimeOf(codec));
          this.#buffer.addEventListener('updateend', () => this.#next());
          this.#next();
        });
      },
      { once: true },
    );
    video.addEventListener('error', this.#failed);
    video.requestVideoFrameCallback(this.#shown);
    this.#timer = window.setInterval(() => this.#steer(), STEER_EVERY_MS);
  }

  /** A new beginning; the codec may differ from the one before. */
  begin(codec: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.#enqueue(() => {
      this.#buffer!.changeType(mimeOf(codec));
      this.#buffer!.appendBuffer(bytes);
    });
  }

  append(ptsMs: number, bytes: Uint8Array<ArrayBuffer>, isKey: boolean): void {
    this.#options.clock.arrived(ptsMs, performance.now());
    if (isKey) this.#keys.push(ptsMs / 1000);
    this.#enqueue(() => this.#buffer!.appendBuffer(bytes));
    if (isKey) this.#trim();
  }

  /** The span that can be shown, in milliseconds of presentation time. */
  get span(): { readonly fromMs: number; readonly toMs: number } | undefined {
    const target = this.#options.clock.targetMs(performance.now());
    if (target === undefined || this.#keys.length === 0) return undefined;
    return { fromMs: Math.max(this.#keys[0] * 1000, target - this.#options.keptMs), toMs: target };
  }

  /** Shows a picture of the past, or the present again. */
  choose(ptsMs: number | undefined): void {
    this.#chosenMs = ptsMs;
    if (ptsMs === undefined) this.#steer();
    else {
      this.#video.pause();
      this.#video.currentTime = ptsMs / 1000;
    }
  }

  stop(): void {
    this.#isOver = true;
    window.clearInterval(this.#timer);
    this.#video.removeEventListener('error', this.#failed);
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  readonly #shown = (_: number, { mediaTime }: { readonly mediaTime: number }): void => {
    if (this.#isOver) return;
    this.#options.onPicture(mediaTime * 1000);
    this.#video.requestVideoFrameCallback(this.#shown);
  };

  readonly #failed = (): void => this.#fail(this.#video.error?.message ?? 'it cannot play the video');

  #fail(why: string): void {
    if (this.#isOver) return;
    this.stop();
    this.#options.onFailure(`this browser failed: ${why}`);
  }

  #enqueue(act: () => void): void {
    this.#waiting.push(act);
    if (this.#waiting.length > MOST_WAITING) this.#fail('it does not keep up');
    else this.#next();
  }

  #next(): void {
    while (!this.#isOver && this.#buffer?.updating === false && this.#waiting.length > 0)
      this.#guarded(this.#waiting.shift()!);
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail((error as Error).message);
    }
  }

  /** Removes the oldest pictures, up to a key picture: what depends on a removed one would go with it. */
  #trim(): void {
    const oldest = this.#keys.at(-1)! - this.#options.keptMs / 1000;
    const end = this.#keys.findLast((key) => key < oldest);
    if (end === undefined || end === this.#keys[0]) return;
    this.#keys = this.#keys.filter((key) => key >= end);
    this.#enqueue(() => this.#buffer!.remove(0, end));
  }

  /** Keeps the playback where the clock wants it. */
  #steer(): void {
    const target = this.#options.clock.targetMs(performance.now());
    const { buffered } = this.#video;
    if (target === undefined || this.#chosenMs !== undefined || buffered.length === 0) return;
    // The camera has sent nothing for a while: the last picture stays.
    if (target / 1000 >= buffered.end(buffered.length - 1)) return;
    const errorMs = this.#video.currentTime * 1000 - target;
    if (Math.abs(errorMs) > JUMP_MS || !isInside(buffered, this.#video.currentTime)) {
      const last = buffered.length - 1;
      const first = buffered.start(isInside(buffered, target / 1000) ? 0 : last);
      this.#video.currentTime = Math.max(first, target / 1000);
    } else {
      this.#video.playbackRate =
        Math.abs(errorMs) < GOOD_ENOUGH_MS
          ? 1
          : 1 - Math.max(-MOST_RATE_CHANGE, Math.min(MOST_RATE_CHANGE, errorMs / 2000));
    }
    if (this.#video.paused) this.#video.play().catch(() => undefined);
  }
}

function mimeOf(codec: string): string {
  return `video/mp4; codecs="${codec}"`;
}

function isInside(ranges: TimeRanges, atS: number): boolean {
  for (let i = 0; i < ranges.length; i++) if (ranges.start(i) <= atS && atS < ranges.end(i)) return true;
  return false;
}

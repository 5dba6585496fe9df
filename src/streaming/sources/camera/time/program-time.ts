import type { SchedulerLike } from 'rxjs';
import type { WallClock } from '../../../../core/clock.js';
import { PlaylistWatch } from '../../../hls/playlist-watch.js';
import { programClock, type ProgramClock } from '../../../hls/program-clock.js';
import type { CaptureEstimate } from './capture-clock.js';
import { wallTime, type WallTime } from './wall-time.js';

export type ProgramTimeOptions = {
  /** As ffmpeg has it. */
  readonly playlistUrl: string;
  readonly scheduler: SchedulerLike;
  readonly timeoutMs: number;
  readonly wallClock: WallClock;
  readonly onNotice: (text: string) => void;
};

/** Played from the last segment but one, after up to one segment's time before the player saw it. */
const SEGMENTS_BEHIND = 3;
/** Before the first playlist. */
const UNSEEN_MS = 30_000;

/** Times of capture of the pictures of one HLS connection, from the dates of its playlist. */
export class ProgramTime {
  readonly #watch: PlaylistWatch;
  readonly #clock: ProgramClock;
  readonly #wall: WallTime;

  constructor({ playlistUrl, scheduler, timeoutMs, wallClock, onNotice }: ProgramTimeOptions) {
    this.#watch = new PlaylistWatch(playlistUrl, { scheduler, timeoutMs });
    this.#clock = programClock((url) => this.#watch.find(url));
    this.#wall = wallTime(wallClock, onNotice);
  }

  /** @param line of ffmpeg's log */
  read(line: string): void {
    const url = /^\[[^\]]+\] \[[a-z]+\] Opening '(.+)' for reading$/.exec(line)?.[1];
    if (url !== undefined) this.#clock.opened(url);
  }

  /** Undefined if the stream has no dates, or only impossible ones. */
  estimate(ptsMs: number, arrivedAtMs: number): CaptureEstimate | undefined {
    const date = this.#clock.dateOf(ptsMs);
    return date && this.#wall.estimate(date.unixMs, date.driftMs, arrivedAtMs);
  }

  /** How much older pictures without a date may be than the player's pace shows, in milliseconds. */
  get hiddenMs(): number {
    const { targetDurationMs } = this.#watch;
    return targetDurationMs === undefined ? UNSEEN_MS : SEGMENTS_BEHIND * targetDurationMs;
  }

  stop(): Promise<void> {
    return this.#watch.stop();
  }
}

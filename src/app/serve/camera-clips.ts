import type { Clock, WallClock } from '../../core/clock.js';
import type { ObjectEvent } from '../../core/scene-events.js';
import type { KeptFolder } from '../../files/kept-folder.js';
import { afterNews, isClipOver, NO_CLIP, type ClipPlan, type ClipTimes } from '../../streaming/clips/clip-plan.js';
import { KeptMp4 } from '../../streaming/clips/kept-mp4.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { FollowedUnit } from '../../streaming/originals/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import { keptName } from './kept-name.js';

export type CameraClipsOptions = {
  readonly camera: string;
  readonly originals: Pick<Originals, 'follow' | 'since'>;
  readonly ffmpeg: Ffmpeg;
  readonly folder: Pick<KeptFolder, 'make' | 'pathOf'>;
  readonly times: ClipTimes;
  readonly clock: Clock & WallClock;
  /** Called once a clip is complete, with the objects that it shows. */
  readonly onClip: (objects: readonly string[], clip: Pick<KeptMp4, 'path' | 'codec'>) => void;
  /** Called if the camera has no coded pictures for a clip. */
  readonly onNone: (why: string) => void;
};

/** Time to the next clip after one that failed: each costs a process, which a full disk ends at once. */
const RETRY_MS = 10_000;

/** A clip that is being written. */
type Writing = {
  readonly path: string;
  /** From the first picture on. */
  file?: KeptMp4;
  stop: () => void;
};

/**
 * Writes the coded pictures around the objects of one camera, unchanged, into MP4 files. The pictures before an object
 * are those that are kept anyway, and no more wait in memory than a slow disk makes wait.
 */
export class CameraClips {
  readonly #options: CameraClipsOptions;
  readonly #completing = new Set<Promise<void>>();
  #plan: ClipPlan = NO_CLIP;
  #writing: Writing | undefined;
  #newestMs = 0;
  #retryMs = -Infinity;
  #isClosed = false;

  constructor(options: CameraClipsOptions) {
    this.#options = options;
  }

  seen(event: ObjectEvent): void {
    if (this.#isClosed) return;
    const { id, phase, why, best } = event;
    this.#newestMs = Math.max(this.#newestMs, best.ptsMs);
    this.#plan = afterNews(this.#options.times, this.#plan, {
      id,
      phase,
      isActive: why.includes('moved') || why.includes('active'),
      isInterrupted: why.includes('interrupted'),
      ptsMs: phase === 'start' ? best.ptsMs : this.#newestMs,
    });
    const { clip, present } = this.#plan;
    if (clip !== undefined && this.#writing === undefined) {
      if (this.#options.clock.now() < this.#retryMs) this.#plan = { present };
      else this.#begin(event, clip.fromMs);
    }
    if (isClipOver(this.#options.times, this.#plan, this.#newestMs)) this.#finish();
  }

  /** Completes the clip that is being written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#finish();
    await Promise.all(this.#completing);
  }

  #begin(event: ObjectEvent, fromMs: number): void {
    const { camera, originals, folder, clock, onNone } = this.#options;
    const writing: Writing = {
      path: folder.pathOf(camera, keptName(event, clock, 'mp4')),
      stop: () => undefined,
    };
    this.#writing = writing;
    const kept = originals.since(camera, fromMs);
    let isFirst = true;
    const stop = originals.follow(camera, {
      onUnit: (unit) => {
        // The pictures from the last key picture on come once more.
        if (isFirst) {
          const again = kept.findIndex(({ ptsUs }) => ptsUs === unit.ptsUs);
          for (const earlier of again < 0 ? [] : kept.slice(0, again)) this.#unit(writing, earlier);
        }
        isFirst = false;
        this.#unit(writing, unit);
      },
      onNone: (why) => {
        if (writing.file === undefined) onNone(why);
        if (this.#writing === writing) this.#finish();
      },
    });
    // The kept pictures alone may have been the clip.
    if (this.#writing === writing) writing.stop = stop;
    else stop();
  }

  #unit(writing: Writing, unit: FollowedUnit): void {
    if (this.#writing !== writing) return;
    const { times, folder, ffmpeg } = this.#options;
    const { codec, isKey, ptsUs } = unit;
    this.#newestMs = Math.max(this.#newestMs, ptsUs / 1000);
    if (isClipOver(times, this.#plan, ptsUs / 1000)) this.#finish();
    else if (writing.file !== undefined || isKey) {
      writing.file ??= new KeptMp4({ folder, path: writing.path, ffmpeg, codec, form: 'short' });
      if (writing.file.write(unit)) return;
      this.#waitToRetry();
      this.#finish();
    }
  }

  #finish(): void {
    const writing = this.#writing;
    const { clip, present } = this.#plan;
    this.#plan = { present };
    this.#writing = undefined;
    writing?.stop();
    const file = writing?.file;
    if (file === undefined) return;
    const completed = file.end().then((isComplete) => {
      this.#completing.delete(completed);
      if (isComplete) this.#options.onClip(clip?.objects ?? [], file);
      else this.#waitToRetry();
    });
    this.#completing.add(completed);
  }

  #waitToRetry(): void {
    this.#retryMs = this.#options.clock.now() + RETRY_MS;
  }
}

import type { Clock, WallClock } from '../../core/clock.js';
import type { KeptFolder } from '../../files/kept-folder.js';
import { KeptMp4 } from '../../streaming/clips/kept-mp4.js';
import type { Ffmpeg } from '../../streaming/ffmpeg/binary.js';
import type { FollowedUnit } from '../../streaming/originals/answer.js';
import type { Originals } from '../../streaming/originals/originals.js';
import { recordingName } from './kept-name.js';

export type CameraRecordingOptions = {
  readonly camera: string;
  readonly originals: Pick<Originals, 'follow'>;
  readonly ffmpeg: Ffmpeg;
  readonly folder: Pick<KeptFolder, 'make' | 'pathOf'>;
  /** Length of a file; it ends at the next key picture. */
  readonly segmentMs: number;
  readonly clock: Clock & WallClock;
  /** Called if the camera has no coded pictures to record. */
  readonly onNone: (why: string) => void;
};

/** A longer time without pictures begins a new file: it may be another connection, with other parameters. */
const LONGEST_HOLE_MS = 2000;
/** Time to the next file after one that failed: each costs a process, which a full disk ends at once. */
const RETRY_MS = 10_000;

/** Writes all coded pictures of a camera, unchanged, into one MP4 after another. */
export class CameraRecording {
  readonly #options: CameraRecordingOptions;
  readonly #completing = new Set<Promise<unknown>>();
  readonly #stop: () => void;
  #retryMs = -Infinity;
  #segment: { readonly file: KeptMp4; readonly codec: string; readonly fromMs: number; newestMs: number } | undefined;

  constructor(options: CameraRecordingOptions) {
    this.#options = options;
    let isStarting = true;
    this.#stop = options.originals.follow(options.camera, {
      onUnit: (unit) => this.#unit(unit),
      onNone: (why) => {
        this.#finish();
        // The source may begin later.
        if (!isStarting) options.onNone(why);
      },
    });
    isStarting = false;
  }

  /** Completes the file that is being written. */
  async close(): Promise<void> {
    this.#stop();
    this.#finish();
    await Promise.all(this.#completing);
  }

  #unit(unit: FollowedUnit): void {
    const ptsMs = unit.ptsUs / 1000;
    const { segmentMs } = this.#options;
    const segment = this.#segment;
    if (segment !== undefined) {
      const isFull = unit.isKey && ptsMs - segment.fromMs >= segmentMs;
      const isHole = Math.abs(ptsMs - segment.newestMs) > LONGEST_HOLE_MS;
      if (isFull || isHole || unit.codec !== segment.codec) this.#finish();
    }
    if (this.#segment === undefined) {
      if (!unit.isKey || this.#options.clock.now() < this.#retryMs) return;
      this.#segment = { file: this.#newFile(unit), codec: unit.codec, fromMs: ptsMs, newestMs: ptsMs };
    }
    this.#segment.newestMs = Math.max(this.#segment.newestMs, ptsMs);
    if (this.#segment.file.write(unit)) return;
    this.#waitToRetry();
    this.#finish();
  }

  #newFile({ codec }: FollowedUnit): KeptMp4 {
    const { folder, camera, clock, ffmpeg } = this.#options;
    const path = folder.pathOf(camera, recordingName(clock.toUnixMs(clock.now())));
    return new KeptMp4({ folder, path, ffmpeg, codec, form: 'long' });
  }

  #finish(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (segment === undefined) return;
    const completed = segment.file.end().then((isComplete) => {
      if (!isComplete) this.#waitToRetry();
      this.#completing.delete(completed);
    });
    this.#completing.add(completed);
  }

  #waitToRetry(): void {
    this.#retryMs = this.#options.clock.now() + RETRY_MS;
  }
}

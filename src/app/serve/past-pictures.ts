import type { Clock, WallClock } from '../../core/clock.js';
import type { PerceptEvent, PipelineEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import type { PictureFormat } from '../../core/picture.js';
import { detectedPixels, jpegFor } from '../../streaming/live-video/detected-jpeg.js';

export type PastPicturesOptions = {
  /** The input of the camera's detector. */
  readonly inputOf: (camera: string) => PictureFormat;
  readonly clock: Clock & WallClock;
  /** Of the pictures of each camera; the oldest ones beyond it go. Default: 4 MiB. */
  readonly mostBytes?: number;
};

/** A picture that a detector had, with the percept of it. */
export type PastPicture = {
  readonly percept: Pick<PerceptEvent, 'seq' | 'width' | 'height' | 'detections'> & { readonly capturedAtMs: number };
  readonly jpeg: Uint8Array;
};

/** What of a picture is there already. */
type Coming = { readonly seq: number; jpeg?: Uint8Array; percept?: PastPicture['percept'] };

const EVERY_MS = 2000;
const KEPT_MS = 5 * 60_000;
const MOST_BYTES = 4 * 2 ** 20;

/**
 * A picture of each camera every two seconds, for the last five minutes, with its boxes: what a page shows of the time
 * before it was opened. They are the small pictures that the detector gets, so one costs a few milliseconds and some
 * 20 kB.
 */
export class PastPictures {
  readonly #options: PastPicturesOptions;
  /** By camera, the oldest first. */
  readonly #pictures = new Map<string, PastPicture[]>();
  readonly #coming = new Map<string, Coming>();
  readonly #takenAtMs = new Map<string, number>();

  constructor(options: PastPicturesOptions) {
    this.#options = options;
  }

  /** Takes a frame that the detector has taken. Reads its picture before it returns. */
  taken({ streamId, seq, picture }: Frame): void {
    const { clock, inputOf } = this.#options;
    const nowMs = clock.now();
    if (nowMs - (this.#takenAtMs.get(streamId) ?? -Infinity) < EVERY_MS) return;
    this.#takenAtMs.set(streamId, nowMs);
    const coming: Coming = { seq };
    this.#coming.set(streamId, coming);
    jpegFor(detectedPixels(picture, inputOf(streamId))).then(
      (jpeg) => {
        coming.jpeg = jpeg;
        this.#keepWhole(streamId, coming);
      },
      // The live page says what is wrong with such pictures.
      () => undefined,
    );
  }

  seen(event: PipelineEvent): void {
    if (event.type !== 'percept') return;
    const { streamId, seq, width, height, detections, times } = event;
    const coming = this.#coming.get(streamId);
    if (coming?.seq !== seq) return;
    coming.percept = { seq, width, height, detections, capturedAtMs: times.capturedAtMs };
    this.#keepWhole(streamId, coming);
  }

  /** The oldest first. */
  of(camera: string): readonly PastPicture[] {
    const pictures = this.#pictures.get(camera) ?? [];
    this.#prune(pictures);
    return pictures;
  }

  jpeg(camera: string, seq: number): Uint8Array | undefined {
    return this.of(camera).find(({ percept }) => percept.seq === seq)?.jpeg;
  }

  forget(camera: string): void {
    for (const map of [this.#pictures, this.#coming, this.#takenAtMs]) map.delete(camera);
  }

  #keepWhole(camera: string, coming: Coming): void {
    const { jpeg, percept } = coming;
    if (jpeg === undefined || percept === undefined || this.#coming.get(camera) !== coming) return;
    this.#coming.delete(camera);
    const pictures = this.#pictures.get(camera) ?? [];
    pictures.push({ jpeg, percept });
    this.#pictures.set(camera, pictures);
    this.#prune(pictures);
  }

  #prune(pictures: PastPicture[]): void {
    const { clock, mostBytes = MOST_BYTES } = this.#options;
    const fromMs = clock.now() - KEPT_MS;
    let bytes = pictures.reduce((sum, { jpeg }) => sum + jpeg.length, 0);
    while (pictures.length > 0 && (pictures[0].percept.capturedAtMs < fromMs || bytes > mostBytes))
      bytes -= pictures.shift()!.jpeg.length;
  }
}

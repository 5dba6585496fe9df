import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import type { GroundTruth, Sequence } from '../../../evaluation/ground-truth.js';
import { SourceError, UsageError } from '../../core/errors.js';
import type { DropEvent, SourceEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import type { Size } from '../../core/size.js';
import type { Picture, PictureFormat } from '../../core/picture.js';
import { locateFfmpeg } from '../../streaming/ffmpeg/binary.js';
import { videoSource } from '../../streaming/sources/video/video.js';
import type { AppContext } from '../context.js';
import { checkSize, readAnnotated } from './data-root.js';
import type { PassedOver } from './passed-over.js';
import { megabytes } from '../../core/units.js';
import { counted } from '../../core/counted.js';

/** Number of pictures decoded at the same time. */
const DECODERS = 2;

/**
 * Refuses a data set whose longest sequence does not fit into memory. Memory holds one sequence at a time.
 * @param availableBytes free memory
 * @throws UsageError naming the required amount
 */
export function checkMemory(
  { sequences }: Pick<GroundTruth, 'sequences'>,
  { width, height }: Size,
  availableBytes: number,
): void {
  const { name, images } = sequences.reduce((longest, sequence) =>
    sequence.images.length > longest.images.length ? sequence : longest,
  );
  const neededBytes = images.length * 3 * width * height;
  if (neededBytes <= availableBytes) return;
  throw new UsageError(
    `the ${counted(images.length, 'frame')} of sequence "${name}" would take ${megabytes(neededBytes)} of memory at ${width}x${height}, but ${megabytes(availableBytes)} are available; ` +
      'cut the sequence into shorter ones, or choose a smaller --input',
  );
}

/** Holds the decoded frames of one sequence at a time; the next sequence takes the same memory. */
export class FrameMemory {
  readonly #truth: GroundTruth;
  readonly #input: PictureFormat;
  readonly #images: Uint8Array[] = [];

  constructor(truth: GroundTruth, input: PictureFormat) {
    this.#truth = truth;
    this.#input = input;
  }

  /**
   * Decodes the pictures of a sequence. They are valid until the next load.
   * @param onRead called after each picture
   * @returns undefined in the place of a picture that is passed over
   */
  async loadPictures(
    dataRoot: string,
    { dir, images }: Sequence,
    signal: AbortSignal,
    onRead: () => void,
    passedOver: PassedOver,
  ): Promise<(Picture | undefined)[]> {
    const pictures = new Array<Picture | undefined>(images.length);
    let next = 0;
    const decode = async (): Promise<void> => {
      while (next < images.length) {
        signal.throwIfAborted();
        const frame = next++;
        pictures[frame] = await readAnnotated(
          join(dataRoot, dir),
          this.#truth,
          images[frame],
          this.#input,
          this.#imageAt(frame),
        ).catch((cause: unknown) => {
          passedOver.add(images[frame], cause);
          return undefined;
        });
        onRead();
      }
    };
    try {
      await Promise.all(Array.from({ length: DECODERS }, decode));
    } finally {
      next = images.length;
    }
    return pictures;
  }

  /** Decodes the frames of a video that is annotated as one sequence. */
  async loadVideo(
    context: AppContext,
    path: string,
    { images }: Sequence,
    onRead: () => void,
    passedOver: PassedOver,
  ): Promise<(Picture | undefined)[]> {
    const ffmpeg = await locateFfmpeg(context.env, context.cacheDir);
    const pictures: (Picture | undefined)[] = [];
    const take = (event: SourceEvent): void => {
      context.signal.throwIfAborted();
      if (event.type !== 'frame' && event.type !== 'drop') return;
      pictures.push(this.#picture(event, path, images[event.seq], passedOver));
      onRead();
    };
    const source = videoSource(path, {
      streamId: 'video',
      input: this.#input,
      pace: 'max',
      ffmpeg,
      clock: context.clock,
      maxFrames: images.length,
    });
    await lastValueFrom(source.pipe(tap(take)), { defaultValue: undefined });
    if (pictures.length < images.length)
      throw new SourceError(
        `${path} gave ${counted(pictures.length, 'frame')}, but ${images.length} are annotated; check that --data-root is the annotated video`,
      );
    return pictures;
  }

  #picture(event: Frame | DropEvent, path: string, image: number, passedOver: PassedOver): Picture | undefined {
    const { seq } = event;
    try {
      if (event.type === 'drop') throw new SourceError(`frame ${seq} of ${path} was lost (${event.reason})`);
      const { picture, corrupt } = event;
      const kept = this.#imageAt(seq);
      kept.set(picture.image);
      event.release();
      if (corrupt) throw new SourceError(`frame ${seq} of ${path} is damaged`);
      checkSize(this.#truth, image, picture.size);
      return { ...picture, image: kept };
    } catch (cause) {
      passedOver.add(image, cause);
      return undefined;
    }
  }

  #imageAt(frame: number): Uint8Array {
    return (this.#images[frame] ??= new Uint8Array(3 * this.#input.width * this.#input.height));
  }
}

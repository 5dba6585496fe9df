import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concatMap, lastValueFrom } from 'rxjs';
import type { GroundTruth, Sequence } from '../../../../evaluation/ground-truth.js';
import { counted } from '../../../core/counted.js';
import { SourceError } from '../../../core/errors.js';
import type { SourceEvent } from '../../../core/events.js';
import type { Size } from '../../../core/size.js';
import type { Ffmpeg } from '../../../streaming/ffmpeg/binary.js';
import { annotatedPath } from '../../../streaming/pictures/annotated-path.js';
import { decodePicture } from '../../../streaming/pictures/decode-picture.js';
import type { RgbPicture } from '../../../streaming/pictures/rgb-picture.js';
import { videoSource, type VideoOptions } from '../../../streaming/sources/video/video.js';
import type { AppContext } from '../../context.js';
import { checkSize } from '../data-root.js';
import type { PassedOver } from '../passed-over.js';

/** Takes a frame of a sequence at its own size. */
export type TakeFrame = (frame: number, picture: RgbPicture) => Promise<void>;

/** Reads the pictures of a sequence below `dataRoot`, in order; those that cannot be used are passed over. */
export async function eachPicture(
  dataRoot: string,
  truth: GroundTruth,
  { dir, images }: Sequence,
  passedOver: PassedOver,
  signal: AbortSignal,
  take: TakeFrame,
): Promise<void> {
  for (const [frame, image] of images.entries()) {
    signal.throwIfAborted();
    const picture = await readWhole(join(dataRoot, dir), truth, image).catch((cause: unknown) => {
      passedOver.add(image, cause);
      return undefined;
    });
    if (picture !== undefined) await take(frame, picture);
  }
}

async function readWhole(folder: string, truth: GroundTruth, image: number): Promise<RgbPicture> {
  const path = annotatedPath(folder, truth.images[image].name);
  const picture = await readFile(path)
    .then(decodePicture)
    .catch((cause: unknown) => {
      throw new SourceError(`the picture ${path} cannot be read: ${(cause as Error).message}`, { cause });
    });
  checkSize(truth, image, picture);
  return picture;
}

/**
 * The same for the frames of a video, which are those that the evaluation plays. All of them have the size of the first
 * one; others are passed over.
 * @throws SourceError if the video cannot be read, or has too few frames
 */
export async function eachVideoFrame(
  path: string,
  ffmpeg: Ffmpeg,
  truth: GroundTruth,
  { images }: Sequence,
  passedOver: PassedOver,
  { clock, signal }: Pick<AppContext, 'clock' | 'signal'>,
  take: TakeFrame,
): Promise<void> {
  const playback = { streamId: 'video', pace: 'max', ffmpeg, clock, slots: SLOTS } as const;
  const size = await sizeOf(path, playback);
  let count = 0;
  const takeEvent = async (event: SourceEvent): Promise<void> => {
    signal.throwIfAborted();
    if (event.type !== 'frame' && event.type !== 'drop') return;
    count += 1;
    const image = images[event.seq];
    try {
      if (event.type === 'drop') throw new SourceError(`frame ${event.seq} of ${path} was lost (${event.reason})`);
      const found = event.picture.size;
      checkSize(truth, image, found);
      if (found.width !== size.width || found.height !== size.height)
        throw new SourceError(
          `frame ${event.seq} of ${path} has ${found.width}x${found.height} pixels, the first one ${size.width}x${size.height}`,
        );
    } catch (cause) {
      if (event.type === 'frame') event.release();
      passedOver.add(image, cause);
      return;
    }
    const pixels = interleaved(event.picture.image);
    event.release();
    await take(event.seq, { ...size, pixels });
  };
  const input = { ...size, channels: 'rgb' } as const;
  const frames = videoSource(path, { ...playback, input, maxFrames: images.length });
  await lastValueFrom(frames.pipe(concatMap(takeEvent)), { defaultValue: undefined });
  if (count < images.length)
    throw new SourceError(
      `${path} gave ${counted(count, 'frame')}, but ${images.length} are annotated; check that --data-root is the annotated video`,
    );
}

/** Whole frames are large. */
const SLOTS = 3;

/** Of the first frame, as it is shown. */
async function sizeOf(path: string, playback: Omit<VideoOptions, 'input'>): Promise<Size> {
  let size: Size | undefined;
  const first = videoSource(path, { ...playback, input: { width: 16, height: 16 }, maxFrames: 1 });
  await lastValueFrom(
    first.pipe(
      concatMap((event) => {
        if (event.type === 'frame') {
          size = event.picture.size;
          event.release();
        }
        return [];
      }),
    ),
    { defaultValue: undefined },
  );
  if (size === undefined) throw new SourceError(`${path} gave no frame`);
  return size;
}

/** R, G, B of each pixel from three planes. */
function interleaved(planes: Uint8Array): Uint8Array {
  const plane = planes.length / 3;
  const pixels = new Uint8Array(planes.length);
  for (let from = 0, to = 0; from < plane; from++) {
    pixels[to++] = planes[from];
    pixels[to++] = planes[plane + from];
    pixels[to++] = planes[2 * plane + from];
  }
  return pixels;
}

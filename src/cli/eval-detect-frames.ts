import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import type { GroundTruth } from '../../evaluation/ground-truth.js';
import type { Detection } from '../core/detection.js';
import type { Detector } from '../core/detector.js';
import { DataError, DetectorFailedError, SourceError } from '../core/errors.js';
import type { PipelineEvent } from '../core/events.js';
import { letterbox, type Size } from '../core/letterbox.js';
import { every } from '../core/policy.js';
import { createPipeline } from '../pipeline/create-pipeline.js';
import { locateFfmpeg } from '../streaming/sources/ffmpeg-binary.js';
import { readPicture } from '../streaming/sources/picture.js';
import { videoSource } from '../streaming/sources/video.js';
import type { CommandIo } from './command-io.js';

/** Takes what was found in an image. */
type Found = (image: number, detections: readonly Detection[]) => void;

/**
 * Detects on every annotated picture below `dataRoot`. One more than there are hosts is on its way, so that no host
 * waits for a picture to be decoded.
 * @throws SourceError for a picture that cannot be read; DataError for one of another size than is annotated
 */
export async function detectPictures(signal: AbortSignal, dataRoot: string, truth: GroundTruth, detector: Detector, found: Found): Promise<void> {
  const pathOf = truth.sequences.reduce((paths, { dir, images }) => {
    for (const image of images) paths[image] = join(dataRoot, dir, truth.images[image].name);
    return paths;
  }, new Array<string>(truth.images.length));
  let next = 0;
  const work = async (): Promise<void> => {
    const { width, height } = detector.info.input;
    const picture = new Uint8Array(3 * width * height);
    while (next < pathOf.length) {
      const image = next++;
      signal.throwIfAborted();
      const size = await readPicture(pathOf[image], detector.info.input, picture).catch((cause: unknown) => {
        throw new SourceError(`the picture ${pathOf[image]} cannot be read: ${(cause as Error).message}`, { cause });
      });
      checkSize(truth, image, size);
      found(image, await detectPicture(detector, image, picture, size));
    }
  };
  try {
    await Promise.all(Array.from({ length: detector.hosts + 1 }, work));
  } finally {
    next = pathOf.length;
  }
}

/** Again, once, where the detector was lost on the way. */
async function detectPicture(detector: Detector, image: number, picture: Uint8Array, size: Size): Promise<readonly Detection[]> {
  const frame = {
    type: 'frame' as const, streamId: 'pictures', seq: image, epoch: 0, ptsMs: 0, capturedAtMs: 0, readyAtMs: 0, ...size,
    letterbox: letterbox(size, detector.info.input), image: picture, corrupt: false, release: () => undefined,
  };
  try {
    return (await detector.detect(frame)).detections;
  } catch (error) {
    if (!(error instanceof DetectorFailedError)) throw error;
    await detector.ready();
    return (await detector.detect(frame)).detections;
  }
}

/**
 * Detects on the frames of the video that is annotated as one sequence.
 * @throws SourceError for a frame that is lost; DataError for one of another size than is annotated
 */
export async function detectVideo(io: CommandIo, path: string, truth: GroundTruth, detector: Detector, found: Found): Promise<void> {
  const [{ images }] = truth.sequences;
  const ffmpeg = await locateFfmpeg(io.env, io.cacheDir);
  const source = videoSource(path, { streamId: 'video', input: detector.info.input, pace: 'max', ffmpeg, clock: io.clock, maxFrames: images.length });
  const take = (event: PipelineEvent): void => {
    if (event.type === 'percept') {
      checkSize(truth, images[event.seq], event);
      found(images[event.seq], event.detections);
    }
    if (event.type === 'drop') throw new SourceError(`frame ${event.seq} of ${path} was lost (${event.reason}); an offline score needs them all`);
    io.signal.throwIfAborted();
  };
  await lastValueFrom(createPipeline({ sources: [source], detector, clock: io.clock, policy: every }).pipe(tap(take)), { defaultValue: undefined });
}

function checkSize(truth: GroundTruth, image: number, { width, height }: Size): void {
  const { name, size } = truth.images[image];
  if (size !== undefined && (size.width !== width || size.height !== height)) {
    throw new DataError(`${name} has ${width}x${height} pixels, but ${size.width}x${size.height} in the annotations; are these the annotated pictures?`);
  }
}

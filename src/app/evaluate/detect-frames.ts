import { join } from 'node:path';
import { lastValueFrom, tap } from 'rxjs';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import type { Detection } from '../../core/detection.js';
import type { Detector } from '../../core/detector.js';
import { DetectorFailedError, SourceError } from '../../core/errors.js';
import type { PipelineEvent } from '../../core/events.js';
import type { Picture } from '../../core/picture.js';
import { every } from '../../scheduling/policies/every.js';
import { createPipeline } from '../../pipeline/create-pipeline.js';
import { locateFfmpeg } from '../../streaming/ffmpeg/binary.js';
import { videoSource } from '../../streaming/sources/video/video.js';
import type { AppContext } from '../context.js';
import { checkSize, readAnnotated } from './data-root.js';
import type { PassedOver } from './passed-over.js';

/** Receives the detections of an image. */
type Found = (image: number, detections: readonly Detection[]) => void;

/**
 * Detects on every annotated picture below `dataRoot`. A picture that cannot be read or has another size is passed
 * over.
 */
export async function detectPictures(
  signal: AbortSignal,
  dataRoot: string,
  truth: GroundTruth,
  detector: Detector,
  found: Found,
  passedOver: PassedOver,
): Promise<void> {
  const { width, height } = detector.info.input;
  const frames = truth.sequences.flatMap(({ dir, images }) =>
    Array.from(images, (image) => ({ folder: join(dataRoot, dir), image })),
  );
  const spare: Uint8Array[] = [];
  await forEachFrame(frames.length, detector, signal, async (index) => {
    const { folder, image } = frames[index];
    const memory = spare.pop() ?? new Uint8Array(3 * width * height);
    const picture = await readAnnotated(folder, truth, image, detector.info.input, memory).catch((cause: unknown) => {
      passedOver.add(image, cause);
    });
    found(image, picture === undefined ? [] : await detectPicture(detector, picture));
    spare.push(memory);
  });
}

/**
 * Does `work` for the frames 0 to `count - 1`. It starts one more call than there are hosts, so that no host waits for
 * decoding.
 */
export async function forEachFrame(
  count: number,
  detector: Detector,
  signal: AbortSignal,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      signal.throwIfAborted();
      await work(next++);
    }
  };
  try {
    await Promise.all(Array.from({ length: detector.hosts + 1 }, worker));
  } finally {
    next = count;
  }
}

/** The detections of a picture. A picture whose detections were lost is tried once more. */
export async function detectPicture(detector: Detector, picture: Picture): Promise<readonly Detection[]> {
  try {
    return (await detector.detect(picture)).detections;
  } catch (error) {
    if (!(error instanceof DetectorFailedError)) throw error;
    await detector.ready();
    return (await detector.detect(picture)).detections;
  }
}

/**
 * Detects on the frames of a video that is annotated as one sequence. A frame that is lost or has another size is
 * passed over.
 */
export async function detectVideo(
  context: AppContext,
  path: string,
  truth: GroundTruth,
  detector: Detector,
  found: Found,
  passedOver: PassedOver,
): Promise<void> {
  const [{ images }] = truth.sequences;
  const ffmpeg = await locateFfmpeg(context.env, context.cacheDir);
  const source = videoSource(path, {
    streamId: 'video',
    input: detector.info.input,
    pace: 'max',
    ffmpeg,
    clock: context.clock,
    maxFrames: images.length,
  });
  const take = (event: PipelineEvent): void => {
    if (event.type === 'percept' || event.type === 'drop') {
      const image = images[event.seq];
      try {
        if (event.type === 'drop') throw new SourceError(`frame ${event.seq} of ${path} was lost (${event.reason})`);
        checkSize(truth, image, event);
        found(image, event.detections);
      } catch (cause) {
        passedOver.add(image, cause);
        found(image, []);
      }
    }
    context.signal.throwIfAborted();
  };
  await lastValueFrom(
    createPipeline({ sources: [source], detector, clock: context.clock, policy: every }).pipe(tap(take)),
    { defaultValue: undefined },
  );
}

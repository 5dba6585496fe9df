import { LARGEST_SEED } from '../../synth/seed.js';
import type { DatasetSummary } from '../../synth/write-dataset.js';
import type { Size } from '../core/size.js';
import { requireCanvas } from '../files/require-canvas.js';
import { locateFfmpeg } from '../streaming/ffmpeg/binary.js';
import { rgbaVideoEncoder } from '../streaming/ffmpeg/video-encoder.js';
import type { AppContext } from './context.js';

export { LARGEST_SEED };

/** Frames per second of every drive. */
export const SYNTH_FPS = 30;
export const PICTURE_FORMATS = ['jpg', 'png'] as const;

export type SynthOptions = {
  /** Folder for the data set; it must not hold one yet. */
  readonly out: string;
  /** Seed of the first drive; each further drive adds 1. */
  readonly seed: number;
  readonly sequences: number;
  /** Number of frames of each drive. */
  readonly frames: number;
  /** Keeps one of every so many frames. */
  readonly every: number;
  readonly size: Size;
  /** Writes a video of each drive. */
  readonly video: boolean;
  /** Writes every frame as a picture of this format; undefined writes none. */
  readonly pictures: (typeof PICTURE_FORMATS)[number] | undefined;
};

/**
 * Writes a synthetic data set.
 * @throws UsageError if the folder holds one already, or without the package that draws
 * @throws SourceError if a video needs ffmpeg and there is none
 */
export async function synthesise(
  { video, pictures, ...options }: SynthOptions,
  context: AppContext,
): Promise<DatasetSummary & { readonly framesPerSecond: number }> {
  requireCanvas('nowcast synth');
  const { writeDataset } = await import('../../synth/write-dataset.js');
  const ffmpeg = video ? await locateFfmpeg(context.env, context.cacheDir) : undefined;
  const bar = context.progress.bar({ label: 'synth', total: options.sequences * options.frames, unit: 'frames' });
  const startedMs = context.clock.now();
  try {
    const summary = await writeDataset({
      ...options,
      fps: SYNTH_FPS,
      signal: context.signal,
      onFrame: (done) => bar.set(done),
      ...(pictures && { pictures }),
      ...(ffmpeg && { openVideo: (...picture) => rgbaVideoEncoder(ffmpeg, ...picture) }),
    });
    const framesPerSecond = Math.round((summary.frames / ((context.clock.now() - startedMs) / 1000)) * 10) / 10;
    return { ...summary, framesPerSecond };
  } finally {
    bar.done();
  }
}

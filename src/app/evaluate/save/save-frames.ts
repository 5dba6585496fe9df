import type { CocoEvaluation } from '../../../../evaluation/coco-ap.js';
import type { GroundTruth } from '../../../../evaluation/ground-truth.js';
import { streamedBoxes } from '../../../../evaluation/streamed-boxes.js';
import { counted } from '../../../core/counted.js';
import { requireFfmpeg } from '../../../streaming/ffmpeg/require-ffmpeg.js';
import type { RgbPicture } from '../../../streaming/pictures/rgb-picture.js';
import type { AppContext } from '../../context.js';
import { PassedOver } from '../passed-over.js';
import type { Scoring } from '../scoring.js';
import { FrameVideo, jpegFolder, type FrameOutput } from './frame-output.js';
import { eachPicture, eachVideoFrame, type TakeFrame } from './frame-pictures.js';
import type { Saving } from './prepare-save.js';

/** The result of an evaluation. */
export type Evaluated = {
  readonly truth: GroundTruth;
  readonly evaluation: CocoEvaluation;
  readonly confusion: Scoring['confusion'];
  readonly fps: number;
  /** What the picture says about a frame's boxes, such as their age. Default: nothing. */
  readonly note?: (sequence: number, frame: number) => string;
  /** Pictures that the evaluation could not use. Default: none. */
  readonly passedOver?: PassedOver;
};

/**
 * Draws each frame of the data set with its objects and with the boxes that were current at its time, for each sequence
 * a JPEG a frame or an MP4. A frame whose picture cannot be used is left out of the JPEGs.
 * @throws SourceError if the frames cannot be read; OutputError if they cannot be written
 */
export async function saveFrames(
  saving: Saving | undefined,
  { truth, evaluation, confusion, fps, note = () => '', ...rest }: Evaluated,
  context: Pick<AppContext, 'clock' | 'progress' | 'signal' | 'log'>,
): Promise<void> {
  if (saving === undefined) return;
  const { drawBoxes } = await import('../../../streaming/sinks/annotated-pictures/draw-boxes.js');
  const { drawTruth } = await import('../../../streaming/sinks/annotated-pictures/draw-truth.js');
  const { progress, log } = context;
  const passedOver = rest.passedOver ?? new PassedOver(truth, log, false);
  const bar = progress.bar({ label: 'drawing', total: truth.images.length, unit: 'frames' });
  let done = 0;
  try {
    for (const [s, sequence] of truth.sequences.entries()) {
      const { name, images } = sequence;
      const draw = (frame: number, picture: RgbPicture): Uint8ClampedArray => {
        const { detections, objects } = streamedBoxes(truth, evaluation, images[frame], confusion);
        return drawTruth(
          drawBoxes(picture, detections),
          picture,
          objects.map(({ box, className, isFound }) => (isFound ? { box } : { box, label: `missed: ${className}` })),
          `${name}  frame ${frame + 1} of ${images.length}  ${note(s, frame)}`.trim(),
        );
      };
      const output = outputOf(saving, s, fps);
      const take: TakeFrame = async (frame, picture) => {
        const { width, height } = picture;
        await output.write(frame, { width, height, pixels: draw(frame, picture) });
        bar.set(++done);
      };
      try {
        if (saving.isFromVideo) {
          const ffmpeg = requireFfmpeg(saving.ffmpeg, '--save');
          await eachVideoFrame(saving.dataRoot, ffmpeg, truth, sequence, passedOver, context, take);
        } else await eachPicture(saving.dataRoot, truth, sequence, passedOver, context.signal, take);
        await output.end(images.length);
      } finally {
        await output.close();
      }
    }
  } finally {
    bar.done();
  }
  log.info(`drew ${counted(done, 'frame')} into ${saving.paths.length === 1 ? saving.paths[0] : saving.save}`);
}

function outputOf({ isIntoVideo, paths, ffmpeg }: Saving, sequence: number, fps: number): FrameOutput {
  return isIntoVideo
    ? new FrameVideo(requireFfmpeg(ffmpeg, '--save'), paths[sequence], fps)
    : jpegFolder(paths[sequence]);
}

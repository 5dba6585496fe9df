import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CocoEvaluation } from '../../../evaluation/coco-ap.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { lastOutputs } from '../../../evaluation/pairing.js';
import { streamedBoxes } from '../../../evaluation/streamed-boxes.js';
import type { StreamedRun } from '../../../evaluation/streamed-run.js';
import { SourceError, UsageError } from '../../core/errors.js';
import { writeFileAtomic } from '../../files/atomic-write.js';
import { requireCanvas } from '../../files/require-canvas.js';
import { annotatedPath } from '../../streaming/pictures/annotated-path.js';
import { decodePicture } from '../../streaming/pictures/decode-picture.js';
import { checkPictureOutput, pictureOutput } from '../../streaming/sinks/annotated-pictures/picture-output.js';
import type { AppContext } from '../context.js';
import { isVideoFile } from './data-root.js';
import type { Scoring } from './scoring.js';
import { counted } from '../../core/counted.js';

/** High enough that lines and letters have clean edges. */
const QUALITY = 92;

export type SaveOptions = Pick<Scoring, 'confusion'> & {
  /** The folder for the pictures; undefined writes none. */
  readonly save: string | undefined;
  /** The folder of the annotated pictures. */
  readonly dataRoot: string | undefined;
  readonly eta: number;
};

/**
 * Checks, before the evaluation, whether frames can be drawn.
 * @throws UsageError if the pictures are not named, are a video, or would be replaced; OutputError if the folder cannot
 *   be written
 */
export function checkSave({ save, dataRoot }: Pick<SaveOptions, 'save' | 'dataRoot'>): void {
  if (save === undefined) return;
  if (dataRoot === undefined)
    throw new UsageError('--save draws into the pictures of the data set; name their folder with --data-root');
  if (isVideoFile(dataRoot))
    throw new UsageError(`--save draws into a folder of pictures, but --data-root ${dataRoot} is a file`);
  if (pictureOutput(save) !== 'folder')
    throw new UsageError(`--save is ${save}; it must be the name of a folder, as in --save drawn/`);
  if (resolve(save) === resolve(dataRoot))
    throw new UsageError(`--save is ${save}, the folder of the data set's own pictures; choose another folder`);
  requireCanvas('--save');
  checkPictureOutput(save);
}

/**
 * Draws each frame of the data set with its objects and with the boxes that were current at its time, one JPEG a frame,
 * in a folder for each sequence.
 * @throws SourceError if a picture cannot be read; OutputError if one cannot be written
 */
export async function saveFrames(
  truth: GroundTruth,
  run: StreamedRun,
  evaluation: CocoEvaluation,
  { save, dataRoot, eta, confusion }: SaveOptions,
  { progress, signal, log }: Pick<AppContext, 'progress' | 'signal' | 'log'>,
): Promise<void> {
  if (save === undefined || dataRoot === undefined) return;
  const { default: sharp } = await import('sharp');
  const { drawBoxes } = await import('../../streaming/sinks/annotated-pictures/draw-boxes.js');
  const { drawTruth } = await import('../../streaming/sinks/annotated-pictures/draw-truth.js');
  const bar = progress.bar({ label: 'drawing', total: truth.images.length, unit: 'frames' });
  let done = 0;
  try {
    for (const [s, { name: sequence, dir, images }] of truth.sequences.entries()) {
      const { outputs, frameTimesS } = run.sequences[s];
      const capturedS = frameTimesS(0);
      const last = lastOutputs(outputs.timesS, frameTimesS(eta));
      const folder = join(save, sequence.replaceAll(/[/\\]|^\.+$/g, '_'));
      for (const [i, image] of images.entries()) {
        signal.throwIfAborted();
        const { name } = truth.images[image];
        const path = annotatedPath(join(dataRoot, dir), name);
        const picture = await readFile(path)
          .then(decodePicture)
          .catch((cause: unknown) => {
            throw new SourceError(`the picture ${path} cannot be read: ${(cause as Error).message}`, { cause });
          });
        const { detections, objects } = streamedBoxes(truth, evaluation, image, confusion);
        const input = last[i] < 0 ? undefined : outputs.inputFrames[last[i]];
        const age = input === undefined ? 'no output yet' : ageText(i, input, capturedS);
        const pixels = drawTruth(
          drawBoxes(picture, detections),
          picture,
          objects.map(({ box, className, isFound }) => (isFound ? { box } : { box, label: `missed: ${className}` })),
          `${sequence}  frame ${i + 1} of ${images.length}  ${age}`,
        );
        const { width, height } = picture;
        const jpeg = await sharp(pixels, { raw: { width, height, channels: 4 } })
          .flatten()
          .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
          .toBuffer();
        const out = join(folder, `${String(i).padStart(6, '0')}.jpg`);
        await writeFileAtomic(out, jpeg);
        bar.set(++done);
      }
    }
  } finally {
    bar.done();
  }
  log.info(`drew ${counted(done, 'frame')} into ${save}`);
}

function ageText(frame: number, input: number, capturedS: Float64Array): string {
  const ageMs = (capturedS[frame] - capturedS[input]) * 1000;
  return frame === input ? 'boxes of this frame' : `boxes of frame ${input + 1}, ${Math.round(ageMs)} ms old`;
}

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GroundTruth } from '../../../../evaluation/ground-truth.js';
import { UsageError } from '../../../core/errors.js';
import { requireCanvas } from '../../../files/require-canvas.js';
import { locateFfmpeg, type Ffmpeg } from '../../../streaming/ffmpeg/binary.js';
import { checkPictureOutput, pictureOutput } from '../../../streaming/sinks/annotated-pictures/picture-output.js';
import { checkVideoOutput } from '../../../streaming/sinks/annotated-video/video-output.js';
import type { AppContext } from '../../context.js';
import { checkOneSequence, isVideoFile } from '../data-root.js';
import { outputPaths } from './output-paths.js';

export type SaveOptions = {
  /** A folder, or an MP4; undefined writes nothing. */
  readonly save: string | undefined;
  /** The folder of the annotated pictures, or the annotated video. */
  readonly dataRoot: string | undefined;
};

/** Where frames come from and go to. */
export type Saving = {
  readonly save: string;
  readonly dataRoot: string;
  /** For each sequence a folder, or the name of an MP4. */
  readonly paths: readonly string[];
  readonly isIntoVideo: boolean;
  readonly isFromVideo: boolean;
  /** Present if a video is read or written. */
  readonly ffmpeg: Ffmpeg | undefined;
};

/**
 * Checks, before the evaluation, whether frames can be drawn.
 * @returns undefined without `save`
 * @throws UsageError if the pictures are not named or would be replaced, or `save` is neither a folder nor an MP4;
 *   OutputError if it cannot be written; SourceError if ffmpeg is needed and absent
 */
export async function prepareSave(
  { save, dataRoot }: SaveOptions,
  truth: GroundTruth,
  { env, cacheDir }: Pick<AppContext, 'env' | 'cacheDir'>,
): Promise<Saving | undefined> {
  if (save === undefined) return undefined;
  if (dataRoot === undefined)
    throw new UsageError('--save draws into the frames of the data set; name their folder or video with --data-root');
  const isFromVideo = isVideoFile(dataRoot);
  if (isFromVideo) checkOneSequence(dataRoot, truth);
  const isIntoVideo = pictureOutput(save) === undefined && /\.mp4$/i.test(save);
  if (!isIntoVideo && pictureOutput(save) !== 'folder')
    throw new UsageError(
      `--save is ${save}; it must be the name of a folder or of an MP4, as in --save drawn/ or --save boxes.mp4`,
    );
  if (realPath(save) === realPath(dataRoot))
    throw new UsageError(`--save is ${save}, which holds the data set's own frames; choose another name`);
  requireCanvas('--save');
  const paths = outputPaths(
    save,
    isIntoVideo,
    truth.sequences.map(({ name }) => name),
  );
  if (isIntoVideo) for (const path of paths) checkVideoOutput(path);
  else checkPictureOutput(save);
  const ffmpeg = isIntoVideo || isFromVideo ? await locateFfmpeg(env, cacheDir) : undefined;
  return { save, dataRoot, paths, isIntoVideo, isFromVideo, ffmpeg };
}

/** Without links, if it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

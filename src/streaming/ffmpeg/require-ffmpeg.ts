import { InternalError } from '../../core/errors.js';
import type { Ffmpeg } from './binary.js';

/** The ffmpeg of a run, for a part whose entry says that it needs one. */
export function requireFfmpeg(ffmpeg: Ffmpeg | undefined, part: string): Ffmpeg {
  if (ffmpeg === undefined) throw new InternalError(`no ffmpeg was looked for, and ${part} needs one`);
  return ffmpeg;
}

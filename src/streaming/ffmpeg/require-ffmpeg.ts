import { InternalError } from '../../core/errors.js';
import type { Ffmpeg } from './binary.js';

/** The ffmpeg of a run, for a part whose entry says that it needs one. */
export function requireFfmpeg(ffmpeg: Ffmpeg | undefined, part: string): Ffmpeg {
  if (ffmpeg === undefined) throw new InternalError(`${part} needs ffmpeg, but the run did not search for it`);
  return ffmpeg;
}

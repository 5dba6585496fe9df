import { isatty } from 'node:tty';
import type { Observable } from 'rxjs';
import { UsageError } from '../../../core/errors.js';
import type { SourceEvent } from '../../../core/events.js';
import { videoSource, type VideoOptions } from '../video/video.js';
import { STANDARD_INPUT } from './recognise.js';

/**
 * A video that comes through a pipe: standard input, or a named pipe. Played as by `videoSource`, but once.
 * @param address `pipe:0`, or the path of a named pipe
 * @throws UsageError if standard input is a terminal
 */
export function pipeSource(address: string, options: VideoOptions): Observable<SourceEvent> {
  if (address === STANDARD_INPUT && isatty(0))
    throw new UsageError(
      'standard input is a terminal; send a video to it: `cat clip.ts | nowcast run -`, or give the path of a file',
    );
  return videoSource(address, options);
}

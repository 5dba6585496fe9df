import type { View } from '../../core/view.js';
import type { MappedStream } from '../ffmpeg/arguments.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import type { Needs } from '../ffmpeg/needs.js';
import { SEEK_MARGIN_S, seekOptions } from '../ffmpeg/seek.js';
import { noOriginal, type OriginalFinder } from './answer.js';
import { decodeOriginal } from './decode-original.js';

export type FilePicturesOptions = {
  /** An absolute path, or a URL. */
  readonly url: string;
  readonly ffmpeg: Ffmpeg;
  /** Options with which ffmpeg reads it. */
  readonly inputOptions: readonly string[];
  /** What ffmpeg uses to read it. */
  readonly needs: Needs;
  /** True if these may change its times, so that it must be read from its beginning. */
  readonly isTimeChanged: boolean;
  /** Names of its demuxer, once known. */
  readonly format: () => string | undefined;
  /** How the run shows the pictures. */
  readonly view?: View | undefined;
  /** The stream that the run plays, once known. */
  readonly stream: () => MappedStream;
};

/** Reading ends so long after the wanted time, if there is no such picture. */
const SEARCH_S = 2;

/** Finds a video file's pictures in the file itself: nothing is kept. */
export function filePictures({
  url,
  ffmpeg,
  inputOptions,
  needs,
  isTimeChanged,
  view,
  format,
  stream,
}: FilePicturesOptions): OriginalFinder {
  return {
    find: ({ ptsMs }) => ({
      decode: (signal) => {
        const seek = isTimeChanged ? undefined : seekOptions(format(), ptsMs);
        return decodeOriginal({
          ffmpeg,
          needs,
          url,
          stream: stream(),
          view,
          inputOptions:
            seek === undefined ? inputOptions : [...inputOptions, ...seek, '-t', String(SEEK_MARGIN_S + SEARCH_S)],
          ptsUs: Math.round(ptsMs * 1_000),
          signal,
        });
      },
    }),
  };
}

/** Of an input that can be read once only, such as a pipe. */
export const READ_ONCE: OriginalFinder = {
  find: () => noOriginal('not-kept', 'this input is no regular file, so it cannot be read a second time'),
};

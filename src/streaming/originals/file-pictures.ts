import type { View } from '../../core/view.js';
import type { MappedStream } from '../ffmpeg/arguments.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import { noOriginal, type OriginalFinder } from './answer.js';
import { decodeOriginal } from './decode-original.js';

export type FilePicturesOptions = {
  /** An absolute path, or a URL. */
  readonly url: string;
  readonly ffmpeg: Ffmpeg;
  /** Options with which ffmpeg reads it. */
  readonly inputOptions: readonly string[];
  /** True if these may change its times, so that it must be read from its beginning. */
  readonly isTimeChanged: boolean;
  /** Names of its demuxer, once known. */
  readonly format: () => string | undefined;
  /** How the run shows the pictures. */
  readonly view?: View | undefined;
  /** The stream that the run plays, once known. */
  readonly stream: () => MappedStream;
};

/**
 * Containers whose index leads ffmpeg to the key picture before any time. In others (MPEG-TS, AVI, FLV, raw streams),
 * pictures after a seek lack references, or have other times than without it.
 */
const INDEXED = /\b(?:mov|matroska)\b/;
/** Seeks go by decoding times in some containers; decoding never runs ahead of display by more than this. */
const SEEK_MARGIN_S = 1;
/** Reading ends so long after the wanted time, if there is no such picture. */
const SEARCH_S = 2;

/** Finds a video file's pictures in the file itself: nothing is kept. */
export function filePictures({
  url,
  ffmpeg,
  inputOptions,
  isTimeChanged,
  view,
  format,
  stream,
}: FilePicturesOptions): OriginalFinder {
  return {
    find: ({ ptsMs }) => ({
      decode: (signal) => {
        const seekS = Math.max(0, ptsMs / 1_000 - SEEK_MARGIN_S);
        const isIndexed = INDEXED.test(format() ?? '') && !isTimeChanged;
        return decodeOriginal({
          ffmpeg,
          url,
          stream: stream(),
          view,
          // `copyts` and `start_at_zero`: times are those of a file that is read from its beginning.
          inputOptions:
            isIndexed && seekS > 0
              ? [
                  ...inputOptions,
                  ...['-copyts', '-start_at_zero', '-ss', seekS.toFixed(6), '-t', String(SEEK_MARGIN_S + SEARCH_S)],
                ]
              : inputOptions,
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

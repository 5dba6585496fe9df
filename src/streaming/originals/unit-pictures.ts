import { AS_STATED, changesPicture, type View } from '../../core/view.js';
import type { Ffmpeg } from '../ffmpeg/binary.js';
import { NOTHING } from '../ffmpeg/needs.js';
import { UNIT_INPUT, unitHeader, unitsHeader } from '../ffmpeg/unit-nut.js';
import { noOriginal, type OriginalFinder } from './answer.js';
import { decodeOriginal } from './decode-original.js';
import type { KeptUnit, KeptUnits, NotKept } from './kept-units.js';

export type UnitPicturesOptions = {
  readonly kept: KeptUnits;
  readonly ffmpeg: Ffmpeg;
  /** How the run shows the pictures. */
  readonly view?: View | undefined;
  /** Whether ffmpeg reads the camera, so that no units arrive. */
  readonly isReadByFfmpeg: () => boolean;
};

/**
 * `output_corrupt`: a decoder that began at a recovery point withholds some pictures when its input ends. The kept
 * units tell which pictures are whole.
 */
const INPUT_OPTIONS = [...UNIT_INPUT, '-flags', 'output_corrupt'];

const WHY: Readonly<Record<NotKept, string>> = {
  'too-old': 'it is older than the pictures that are kept; raise keepMs to keep more',
  'too-large': "the pictures since its key picture exceed maxBytes; raise it, or shorten the camera's key interval",
  'no-key-picture': 'it depends on a picture from before the first one that is kept',
  damaged: 'it, or a picture that it depends on, was damaged or lost on the way',
  unknown: 'the camera sent no picture of this time',
};

const READ_BY_FFMPEG = 'ffmpeg reads this camera, and only cameras that Nowcast reads itself are kept';

/** Finds a camera's pictures among its kept units. */
export function unitPictures({ kept, ffmpeg, view = AS_STATED, isReadByFfmpeg }: UnitPicturesOptions): OriginalFinder {
  return {
    follow({ onUnit, onNone }) {
      if (isReadByFfmpeg()) onNone(READ_BY_FFMPEG);
      return kept.follow(onUnit);
    },
    find: ({ ptsMs }) => {
      const ptsUs = Math.round(ptsMs * 1_000);
      const run = kept.runTo(ptsUs);
      if (typeof run === 'string') {
        return kept.bytes === 0 && isReadByFfmpeg()
          ? noOriginal('not-kept', READ_BY_FFMPEG)
          : noOriginal(run, WHY[run]);
      }
      const { codec, data } = run[0];
      return {
        ...(codec === 'mjpeg' && !changesPicture(view) ? { file: () => data } : {}),
        decode: (signal) =>
          decodeOriginal({
            ffmpeg,
            needs: NOTHING,
            view,
            url: 'pipe:0',
            inputOptions: INPUT_OPTIONS,
            pieces: nutOf(run),
            ptsUs,
            signal,
          }),
      };
    },
    since: (ptsMs) => kept.since(Math.round(ptsMs * 1_000)),
  };
}

function nutOf(units: readonly KeptUnit[]): Uint8Array[] {
  return [unitsHeader(units[0].codec), ...units.flatMap((unit) => [unitHeader(unit), unit.data])];
}

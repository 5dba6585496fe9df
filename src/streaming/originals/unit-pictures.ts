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
  /** Default: units come. */
  readonly absence?: UnitAbsence;
};

/** Why a camera gives no coded units now, if it does not. */
export class UnitAbsence {
  readonly #followers = new Set<(why: string) => void>();
  #why: string | undefined;

  get why(): string | undefined {
    return this.#why;
  }

  /** @param why undefined if units come, or may come */
  set(why: string | undefined): void {
    const isNew = why !== this.#why;
    this.#why = why;
    if (isNew && why !== undefined) for (const onNone of this.#followers) onNone(why);
  }

  /** Calls it now, if units are absent, and whenever that changes. @returns ends that */
  follow(onNone: (why: string) => void): () => void {
    if (this.#why !== undefined) onNone(this.#why);
    const own = (why: string): void => onNone(why);
    this.#followers.add(own);
    return () => void this.#followers.delete(own);
  }
}

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

/** Finds a camera's pictures among its kept units. */
export function unitPictures({
  kept,
  ffmpeg,
  view = AS_STATED,
  absence = new UnitAbsence(),
}: UnitPicturesOptions): OriginalFinder {
  return {
    follow({ onUnit, onNone }) {
      const stops = [absence.follow(onNone), kept.follow(onUnit)];
      return () => stops.forEach((stop) => stop());
    },
    find: ({ ptsMs }) => {
      const ptsUs = Math.round(ptsMs * 1_000);
      const run = kept.runTo(ptsUs);
      if (typeof run === 'string') {
        return kept.bytes === 0 && absence.why !== undefined
          ? noOriginal('not-kept', absence.why)
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

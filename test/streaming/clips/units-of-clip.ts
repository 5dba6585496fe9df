import type { UnitCodec } from '../../../src/core/coded-unit.js';
import type { FollowedUnit } from '../../../src/streaming/originals/answer.js';
import { clipPictures, codedClip, shownPlaces, type CodedClipOptions } from '../../helpers/coded-clip.js';

const START_CODE = Buffer.of(0, 0, 0, 1);
export const INTERVAL_MS = 40;
/** A camera that has run for two hours. */
export const BEGIN_MS = 7_200_000;

/** Units of a clip in the order of sending. */
export function unitsOf(codec: UnitCodec, options: CodedClipOptions): FollowedUnit[] {
  const places = shownPlaces(codec, options);
  const intervalMs = options.fps === undefined ? INTERVAL_MS : 1000 / options.fps;
  return clipPictures(codec, codedClip(codec, options)).map((nals, i) => ({
    codec,
    data: codec === 'mjpeg' ? nals[0] : Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])),
    isKey: codec === 'mjpeg' || i % (options.keyEvery ?? 10) === 0,
    ptsUs: Math.round(1000 * (BEGIN_MS + intervalMs * places[i])),
  }));
}

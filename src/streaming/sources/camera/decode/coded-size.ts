import type { UnitCodec } from '../../../../core/coded-unit.js';
import type { Size } from '../../../../core/size.js';
import { jpegSize } from '../../../http-pictures/jpeg.js';
import { startCodes, START_CODE_BYTES } from '../../../nal/annex-b.js';
import { readH264Sequence } from '../../../nal/h264-parameters.js';
import { readH265Sequence } from '../../../nal/h265-parameters.js';
import { NAL_SYNTAXES } from '../../../nal/nal-syntax.js';
import { wholeNal } from '../../../nal/nal-unit.js';

/**
 * The coded size of a unit's picture in pixels, before any rotation; undefined if the unit contains none, or several.
 */
export function codedSize(codec: UnitCodec, data: Uint8Array): Size | undefined {
  return codec === 'mjpeg' ? jpegSize(data) : sequenceSize(codec, data);
}

function sequenceSize(codec: 'h264' | 'h265', data: Uint8Array): Size | undefined {
  const { kindOf, typeOf, sequenceType } = NAL_SYNTAXES[codec];
  const readSequence = codec === 'h264' ? readH264Sequence : readH265Sequence;
  let size: Size | undefined;
  let begin: number | undefined;
  for (const at of startCodes(data)) {
    if (begin !== undefined) {
      const nal = wholeNal(data.subarray(begin, at));
      if (typeOf(nal) === sequenceType) {
        const found = readSequence(nal)?.size;
        if (found === undefined || (size !== undefined && !isSame(size, found))) return undefined;
        size = found;
      }
    }
    begin = at + START_CODE_BYTES;
    // Slices come last, and are long.
    if (kindOf(wholeNal(data.subarray(begin, begin + 4))).endsWith('slice')) break;
  }
  return size;
}

/** Whether pictures of one size can be shown in the other: unchanged, or rotated by a right angle. */
export function isShownAs(coded: Size, shown: Size): boolean {
  return isSame(coded, shown) || (coded.width === shown.height && coded.height === shown.width);
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

import type { UnitCodec } from '../../../../core/coded-unit.js';
import type { CodedShape, Size } from '../../../../core/size.js';
import { AS_STATED, wholeSize, type View } from '../../../../core/view.js';
import { jpegShape } from '../../../http-pictures/jpeg.js';
import { startCodes, START_CODE_BYTES } from '../../../nal/annex-b.js';
import { readH264Sequence } from '../../../nal/h264-parameters.js';
import { readH265Sequence } from '../../../nal/h265-parameters.js';
import { NAL_SYNTAXES } from '../../../nal/nal-syntax.js';
import { wholeNal } from '../../../nal/nal-unit.js';

/**
 * The coded size of a unit's picture and the shape of its pixels, before any rotation; undefined if the unit contains
 * none, or several.
 */
export function codedShape(codec: UnitCodec, data: Uint8Array): CodedShape | undefined {
  return codec === 'mjpeg' ? jpegShape(data) : sequenceShape(codec, data);
}

function sequenceShape(codec: 'h264' | 'h265', data: Uint8Array): CodedShape | undefined {
  const { kindOf, typeOf, sequenceType } = NAL_SYNTAXES[codec];
  const readSequence = codec === 'h264' ? readH264Sequence : readH265Sequence;
  let shape: CodedShape | undefined;
  let begin: number | undefined;
  for (const at of startCodes(data)) {
    if (begin !== undefined) {
      const nal = wholeNal(data.subarray(begin, at));
      if (typeOf(nal) === sequenceType) {
        const found = readSequence(nal);
        if (found?.size === undefined) return undefined;
        const { size, sampleAspect } = found;
        if (shape !== undefined && !(isSame(shape, size) && shape.sampleAspect === sampleAspect)) return undefined;
        shape = { ...size, sampleAspect };
      }
    }
    begin = at + START_CODE_BYTES;
    // Slices come last, and are long.
    if (kindOf(wholeNal(data.subarray(begin, begin + 4))).endsWith('slice')) break;
  }
  return shape;
}

type Sizes = { readonly size: Size; readonly whole?: Size | undefined };

/**
 * The size of a picture, and of the whole one that it is a part of.
 * @param announced the newest sizes that ffmpeg announced; they may belong to a later picture
 * @param coded as its stream states it; undefined if it does not
 */
export function sizeOf({ size, whole }: Sizes, coded: CodedShape | undefined, view: View = AS_STATED): Sizes {
  if (coded === undefined || isShownAs(coded, whole ?? size, view)) return { size, whole };
  return view.crop === undefined ? { size: wholeSize(coded, view) } : { size, whole: wholeSize(coded, view) };
}

/** Whether pictures of one shape can be shown in a size: as they are, or rotated by a right angle. */
export function isShownAs(coded: CodedShape, shown: Size, view: View = AS_STATED): boolean {
  const { width, height, sampleAspect } = coded;
  const rotated = { width: height, height: width, sampleAspect: 1 / sampleAspect };
  return isSame(wholeSize(coded, view), shown) || isSame(wholeSize(rotated, view), shown);
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

import type { Size } from '../../core/size.js';
import { BitReader, payloadOf } from './bit-reader.js';
import { readCropped, type Chroma } from './cropping.js';
import type { NalUnit } from './nal-unit.js';
import { readSampleAspect } from './sample-aspect.js';

/** The fields of a sequence parameter set that Nowcast uses (H.264 §7.3.2.1.1). */
export type H264Sequence = {
  readonly id: number;
  /** Bits of frame_num. */
  readonly frameNumberBits: number;
  /** True if none of its pictures is a field. */
  readonly isFramesOnly: boolean;
  /** True if slices name the colour plane that they contain. */
  readonly hasColourPlanes: boolean;
  /** True if pictures are shown in the order in which they are sent (pic_order_cnt_type 2). */
  readonly isShownInOrder: boolean;
  /** Size of its pictures, cropped, in pixels; undefined if the set ends before it. */
  readonly size: Size | undefined;
  /** Width of a pixel over its height; 1 if the set does not state it. */
  readonly sampleAspect: number;
};

const USUAL_CHROMA: Chroma = { format: 1, hasColourPlanes: false };

/** Profiles whose sequence parameter sets contain the chroma format. */
const CHROMA_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const MOST_CYCLE_LENGTH = 255;

/** Undefined if the set ends too early or is invalid. */
export function readH264Sequence(nal: NalUnit): H264Sequence | undefined {
  const bits = new BitReader(payloadOf(nal, 1));
  const profile = bits.bits(8);
  bits.skip(16);
  const id = bits.unsigned();
  const chroma = CHROMA_PROFILES.has(profile) ? readChroma(bits) : USUAL_CHROMA;
  const frameNumberBits = bits.unsigned() + 4;
  const orderType = bits.unsigned();
  if (orderType === 0) bits.unsigned();
  else if (orderType === 1) skipOrderCycle(bits);
  bits.unsigned();
  bits.skip(1);
  const width = 16 * (bits.unsigned() + 1);
  const mapHeight = 16 * (bits.unsigned() + 1);
  const isFramesOnly = bits.flag();
  if (!bits.isValid || frameNumberBits > 16 || orderType > 2) return undefined;
  bits.skip(isFramesOnly ? 1 : 2);
  const rowsInUnit = isFramesOnly ? 1 : 2;
  const size = readCropped(bits, { width, height: rowsInUnit * mapHeight }, chroma, rowsInUnit);
  return {
    id,
    frameNumberBits,
    isFramesOnly,
    hasColourPlanes: chroma.hasColourPlanes,
    isShownInOrder: orderType === 2,
    size,
    sampleAspect: readSampleAspect(bits),
  };
}

/** A picture parameter set's own number, and that of its sequence parameter set (H.264 §7.3.2.2). */
export function readH264PictureSet(nal: NalUnit): { readonly id: number; readonly sequenceId: number } | undefined {
  const bits = new BitReader(payloadOf(nal, 1, 16));
  const [id, sequenceId] = [bits.unsigned(), bits.unsigned()];
  return bits.isValid ? { id, sequenceId } : undefined;
}

function readChroma(bits: BitReader): Chroma {
  const format = bits.unsigned();
  const hasColourPlanes = format === 3 && bits.flag();
  bits.unsigned();
  bits.unsigned();
  bits.skip(1);
  if (!bits.flag()) return { format, hasColourPlanes };
  for (let list = 0; list < (format === 3 ? 12 : 8); list += 1)
    if (bits.flag()) skipScalingList(bits, list < 6 ? 16 : 64);
  return { format, hasColourPlanes };
}

/** H.264 §7.3.2.1.1.1. */
function skipScalingList(bits: BitReader, size: number): void {
  let [last, next] = [8, 8];
  for (let index = 0; index < size && next !== 0; index += 1) {
    next = (last + bits.signed() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function skipOrderCycle(bits: BitReader): void {
  bits.skip(1);
  bits.signed();
  bits.signed();
  const length = bits.unsigned();
  if (length > MOST_CYCLE_LENGTH) bits.isValid = false;
  for (let index = 0; index < length && bits.isValid; index += 1) bits.signed();
}

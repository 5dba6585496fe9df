import type { Size } from '../../core/size.js';
import { BitReader, payloadOf } from './bit-reader.js';
import { readCropped } from './cropping.js';
import { skipToVui } from './h265-tail.js';
import type { NalUnit } from './nal-unit.js';
import { readSampleAspect } from './sample-aspect.js';

/** The fields of a sequence parameter set that Nowcast uses (H.265 §7.3.2.2.1). */
export type H265Sequence = {
  /**
   * How many pictures may come before one that is shown earlier: sps_max_num_reorder_pics, over all layers
   * (§7.4.3.2.1).
   */
  readonly reorderCount: number;
  /** Size of its pictures, cropped to the conformance window, in pixels; undefined if invalid. */
  readonly size: Size | undefined;
  /** Width of a pixel over its height; 1 if the set does not state it. */
  readonly sampleAspect: number;
};

/** Undefined if the set ends too early. */
export function readH265Sequence(nal: NalUnit): H265Sequence | undefined {
  const bits = new BitReader(payloadOf(nal, 2));
  bits.skip(4);
  const subLayers = bits.bits(3);
  bits.skip(1);
  skipProfileTierLevel(bits, subLayers);
  bits.unsigned();
  const format = bits.unsigned();
  const hasColourPlanes = format === 3 && bits.flag();
  const coded = { width: bits.unsigned(), height: bits.unsigned() };
  const size = readCropped(bits, coded, { format, hasColourPlanes });
  for (let field = 0; field < 2; field += 1) bits.unsigned();
  const orderBits = bits.unsigned() + 4;
  const areAllStated = bits.flag();
  let reorderCount = 0;
  for (let layer = areAllStated ? 0 : subLayers; layer <= subLayers; layer += 1) {
    bits.unsigned();
    reorderCount = bits.unsigned();
    bits.unsigned();
  }
  if (!bits.isValid) return undefined;
  skipToVui(bits, orderBits);
  return { reorderCount, size, sampleAspect: readSampleAspect(bits) };
}

/** A picture parameter set's number, and the number of bits before the type in its slices (H.265 §7.3.2.3.1). */
export function readH265PictureSet(nal: NalUnit): { readonly id: number; readonly extraSliceBits: number } | undefined {
  const bits = new BitReader(payloadOf(nal, 2, 16));
  const id = bits.unsigned();
  bits.unsigned();
  bits.skip(2);
  const extraSliceBits = bits.bits(3);
  return bits.isValid ? { id, extraSliceBits } : undefined;
}

/** H.265 §7.3.3. @param subLayers below the highest */
function skipProfileTierLevel(bits: BitReader, subLayers: number): void {
  bits.skip(88 + 8);
  if (subLayers === 0) return;
  const present = Array.from({ length: 8 }, (_, layer) => ({
    profile: bits.flag(),
    level: bits.flag(),
    isUsed: layer < subLayers,
  }));
  for (const { profile, level, isUsed } of present) if (isUsed) bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
}

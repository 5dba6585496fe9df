import type { BitReader } from './bit-reader.js';

/** H.264 table E-1, H.265 table E.1, by aspect_ratio_idc from 1 on. */
const USUAL: readonly (readonly [width: number, height: number])[] = [
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];
const EXTENDED = 255;

/**
 * Reads the beginning of a sequence parameter set's optional VUI parameters, from its presence flag on (H.264 §E.1.1,
 * H.265 §E.2.1).
 * @returns width of a pixel over its height; 1 if it is not stated
 */
export function readSampleAspect(bits: BitReader): number {
  if (!bits.flag() || !bits.flag()) return 1;
  const idc = bits.bits(8);
  const [width, height] = idc === EXTENDED ? [bits.bits(16), bits.bits(16)] : (USUAL[idc - 1] ?? [1, 1]);
  return bits.isValid && width > 0 && height > 0 ? width / height : 1;
}

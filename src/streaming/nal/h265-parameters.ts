import { BitReader, payloadOf } from './bit-reader.js';
import type { NalUnit } from './nal-unit.js';

/**
 * How many pictures may come before one that is shown earlier: sps_max_num_reorder_pics of all layers together (H.265 §7.3.2.2.1,
 * §7.4.3.2.1). Undefined where the sequence parameter set ends too early.
 */
export function readReorderCount(nal: NalUnit): number | undefined {
  const bits = new BitReader(payloadOf(nal, 2));
  bits.skip(4);
  const subLayers = bits.bits(3);
  bits.skip(1);
  skipProfileTierLevel(bits, subLayers);
  bits.unsigned();
  if (bits.unsigned() === 3) bits.skip(1);
  bits.unsigned();
  bits.unsigned();
  if (bits.flag()) for (let side = 0; side < 4; side += 1) bits.unsigned();
  for (let field = 0; field < 3; field += 1) bits.unsigned();
  const areAllTold = bits.flag();
  let count = 0;
  for (let layer = areAllTold ? 0 : subLayers; layer <= subLayers; layer += 1) {
    bits.unsigned();
    count = bits.unsigned();
    bits.unsigned();
  }
  return bits.isValid ? count : undefined;
}

/** H.265 §7.3.3. @param subLayers below the highest */
function skipProfileTierLevel(bits: BitReader, subLayers: number): void {
  bits.skip(88 + 8);
  if (subLayers === 0) return;
  const present = Array.from({ length: 8 }, (_, layer) => ({ profile: bits.flag(), level: bits.flag(), isUsed: layer < subLayers }));
  for (const { profile, level, isUsed } of present) if (isUsed) bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
}

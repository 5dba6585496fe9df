import type { BitReader } from './bit-reader.js';

/** Limits of the standard, so that broken sets end. */
const MOST_SETS = 64;
const MOST_DELTAS = 16;

/**
 * Skips the fields of an H.265 sequence parameter set between the sub-layers' ordering and the VUI parameters
 * (§7.3.2.2.1).
 * @param orderBits of pic_order_cnt_lsb
 */
export function skipToVui(bits: BitReader, orderBits: number): void {
  for (let field = 0; field < 6; field += 1) bits.unsigned();
  if (bits.flag() && bits.flag()) skipScalingLists(bits);
  bits.skip(2);
  if (bits.flag()) {
    bits.skip(8);
    bits.unsigned();
    bits.unsigned();
    bits.skip(1);
  }
  skipReferenceSets(bits);
  if (bits.flag()) {
    const count = atMost(bits, 32);
    bits.skip(count * (orderBits + 1));
  }
  bits.skip(2);
}

/** §7.3.4. */
function skipScalingLists(bits: BitReader): void {
  for (let size = 0; size < 4; size += 1) {
    for (let matrix = 0; matrix < 6 && bits.isValid; matrix += size === 3 ? 3 : 1) {
      if (!bits.flag()) {
        bits.unsigned();
        continue;
      }
      const count = Math.min(64, 1 << (4 + 2 * size));
      for (let field = size > 1 ? -1 : 0; field < count && bits.isValid; field += 1) bits.signed();
    }
  }
}

/** §7.3.7. */
function skipReferenceSets(bits: BitReader): void {
  const count = atMost(bits, MOST_SETS);
  let deltas = 0;
  for (let set = 0; set < count && bits.isValid; set += 1) {
    if (set > 0 && bits.flag()) {
      bits.skip(1);
      bits.unsigned();
      let kept = 0;
      for (let delta = 0; delta <= deltas; delta += 1) if (bits.flag() || bits.flag()) kept += 1;
      deltas = kept;
    } else {
      const [before, after] = [atMost(bits, MOST_DELTAS), atMost(bits, MOST_DELTAS)];
      deltas = before + after;
      for (let delta = 0; delta < deltas; delta += 1) {
        bits.unsigned();
        bits.skip(1);
      }
    }
  }
}

function atMost(bits: BitReader, most: number): number {
  const count = bits.unsigned();
  if (count > most) bits.isValid = false;
  return bits.isValid ? count : 0;
}

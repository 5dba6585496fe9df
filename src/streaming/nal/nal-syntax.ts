import { BitReader, payloadOf } from './bit-reader.js';
import { byteAt, type NalUnit } from './nal-unit.js';
import { h264SliceRules, h265SliceRules, type SetsOfType, type SliceRules } from './slice-rules.js';

/**
 * The role of a NAL unit in a picture. `first-slice` begins a picture, `slice` continues one. `delimiter`, `parameters`
 * and `prefix` belong to the next picture, `suffix` to the previous one. `filler` is dropped.
 */
export type NalKind = 'first-slice' | 'slice' | 'delimiter' | 'parameters' | 'prefix' | 'suffix' | 'filler';

/** The part of a codec's syntax that is needed to group NAL units into pictures. */
export type NalSyntax = {
  /** Types of the parameter sets that a decoder needs at its start, each type before the types that refer to it. */
  readonly parameterTypes: readonly number[];
  /** Type of sequence parameter sets. */
  readonly sequenceType: number;
  readonly typeOf: (nal: NalUnit) => number;
  readonly kindOf: (nal: NalUnit) => NalKind;
  /** A slice of a picture at which a decoder can begin: an IDR or similar. */
  readonly isKeySlice: (nal: NalUnit) => boolean;
  /**
   * For a message that marks the next picture as a start for decoders: after how many pictures they are complete.
   * Undefined for any other.
   */
  readonly recoveryOf: (nal: NalUnit) => number | undefined;
  /** A slice that refers to no other picture; false if the slice alone does not show it. */
  readonly isIntraSlice: (nal: NalUnit) => boolean;
  readonly sliceRules: (setsOf: SetsOfType) => SliceRules;
};

/** H.264 §7.4.1, table 7-1. */
const H264_SYNTAX: NalSyntax = {
  parameterTypes: [7, 8],
  sequenceType: 7,
  typeOf: h264Type,
  kindOf(nal) {
    const type = h264Type(nal);
    // A first_mb_in_slice of 0 is coded as the single bit 1 (§7.3.3, §9.1).
    if (type === 1 || type === 2 || type === 5) return (byteAt(nal, 1) & 0x80) !== 0 ? 'first-slice' : 'slice';
    if (type === 3 || type === 4 || type === 19 || type === 20 || type === 21) return 'slice';
    if (type === 7 || type === 8) return 'parameters';
    if (type === 9) return 'delimiter';
    if (type === 10 || type === 11) return 'suffix';
    return type === 12 ? 'filler' : 'prefix';
  },
  isKeySlice: (nal) => h264Type(nal) === 5,
  recoveryOf: (nal) => (h264Type(nal) === 6 ? recoveryPoint(nal, 1)?.unsigned() : undefined),
  isIntraSlice(nal) {
    const type = h264Type(nal);
    if (type !== 1 && type !== 2) return type === 3 || type === 4;
    // slice_type (§7.4.3) follows first_mb_in_slice.
    const bits = new BitReader(payloadOf(nal, 1, 16));
    bits.unsigned();
    return bits.unsigned() % 5 === 2 && bits.isValid;
  },
  sliceRules: h264SliceRules,
};

/** H.265 §7.4.2.2, table 7-1. */
const H265_SYNTAX: NalSyntax = {
  parameterTypes: [32, 33, 34],
  sequenceType: 33,
  typeOf: h265Type,
  kindOf(nal) {
    const type = h265Type(nal);
    // first_slice_segment_in_pic_flag is the first bit of a slice segment (§7.3.6.1). The first slice of a second layer
    // continues a picture.
    if (type < 32) return (byteAt(nal, 2) & 0x80) !== 0 && isBaseLayer(nal) ? 'first-slice' : 'slice';
    if (type <= 34) return 'parameters';
    if (type === 35) return 'delimiter';
    if (type === 38) return 'filler';
    // EOS, EOB, suffix SEI, and the reserved and unspecified types that follow a picture (§7.4.2.4.4).
    const isSuffix = type === 36 || type === 37 || type === 40 || (type >= 45 && type <= 47) || type >= 56;
    return isSuffix ? 'suffix' : 'prefix';
  },
  isKeySlice: (nal) => h265Type(nal) >= 16 && h265Type(nal) <= 23,
  // The count is in picture order and may be negative.
  recoveryOf(nal) {
    const count = h265Type(nal) === 39 ? recoveryPoint(nal, 2)?.signed() : undefined;
    return count && Math.max(0, count);
  },
  // The slice's type follows fields whose presence the PPS determines.
  isIntraSlice: () => false,
  sliceRules: h265SliceRules,
};

function h264Type(nal: NalUnit): number {
  return byteAt(nal, 0) & 0x1f;
}

function h265Type(nal: NalUnit): number {
  return (byteAt(nal, 0) >> 1) & 0x3f;
}

function isBaseLayer(nal: NalUnit): boolean {
  return (byteAt(nal, 0) & 1) === 0 && byteAt(nal, 1) >> 3 === 0;
}

/**
 * Searches an SEI's messages (H.264 §7.3.2.3.1; H.265 §7.3.5 is the same) for payload type 6, a recovery point in both
 * codecs; its first field is the count.
 */
function recoveryPoint(nal: NalUnit, headerBytes: number): BitReader | undefined {
  const bytes = payloadOf(nal, headerBytes);
  let at = 0;
  const readCoded = (): number => {
    let value = 0;
    while (at < bytes.length && bytes[at] === 255) {
      value += 255;
      at += 1;
    }
    value += at < bytes.length ? bytes[at] : 0;
    at += 1;
    return value;
  };
  // The last byte holds the trailing bits.
  while (at < bytes.length - 1) {
    const type = readCoded();
    const size = readCoded();
    if (type === 6) return new BitReader(bytes.subarray(at, at + size));
    at += size;
  }
  return undefined;
}

export const NAL_SYNTAXES = { h264: H264_SYNTAX, h265: H265_SYNTAX } as const;

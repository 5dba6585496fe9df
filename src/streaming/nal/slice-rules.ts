import { BitReader, payloadOf } from './bit-reader.js';
import { readH264PictureSet, readH264Sequence, type H264Sequence } from './h264-parameters.js';
import { readH265PictureSet, readH265Sequence } from './h265-parameters.js';
import { byteAt, type NalUnit } from './nal-unit.js';

/** A slice's field, if its picture is one of the two fields of a frame. */
export type Field = {
  readonly isBottom: boolean;
  readonly frameNumber: number;
  /** True if other pictures may refer to it. */
  readonly isReference: boolean;
  readonly isIdr: boolean;
};

/** Facts from a slice's header, read with the parameter sets in force. */
export type SliceRules = {
  /** True if its picture may be shown before others that were sent earlier; undefined if the slice does not show it. */
  mayGoBack(slice: NalUnit): boolean | undefined;
  /** Undefined if its picture is a frame, or if nothing is certain. */
  fieldOf(slice: NalUnit): Field | undefined;
};

/** The parameter sets of a type that are in force. */
export type SetsOfType = (type: number) => readonly NalUnit[];

/** A slice's fields up to its field flags are shorter than this. */
const SLICE_HEAD_BYTES = 32;
const B_SLICE = 1;
const H265_B_SLICE = 0;

export function h264SliceRules(setsOf: SetsOfType): SliceRules {
  const sequences = new Map(
    setsOf(7)
      .flatMap((nal) => readH264Sequence(nal) ?? [])
      .map((sequence) => [sequence.id, sequence]),
  );
  const sequenceOf = new Map<number, H264Sequence | undefined>(
    setsOf(8)
      .flatMap((nal) => readH264PictureSet(nal) ?? [])
      .map(({ id, sequenceId }) => [id, sequences.get(sequenceId)]),
  );
  const isNeverAField = [...sequences.values()].every(({ isFramesOnly }) => isFramesOnly);
  const readHead = (slice: NalUnit): { bits: BitReader; type: number; sequence: H264Sequence | undefined } => {
    const bits = new BitReader(payloadOf(slice, 1, SLICE_HEAD_BYTES));
    bits.unsigned();
    const type = bits.unsigned() % 5;
    const pictureSet = bits.unsigned();
    return { bits, type, sequence: bits.isValid ? sequenceOf.get(pictureSet) : undefined };
  };
  return {
    mayGoBack: (slice) => {
      const { type, sequence } = readHead(slice);
      return type === B_SLICE && sequence?.isShownInOrder !== true;
    },
    // H.264 §7.3.3.
    fieldOf: (slice) => {
      if (isNeverAField) return undefined;
      const { bits, sequence } = readHead(slice);
      if (sequence === undefined || sequence.isFramesOnly) return undefined;
      if (sequence.hasColourPlanes) bits.skip(2);
      const frameNumber = bits.bits(sequence.frameNumberBits);
      const isField = bits.flag();
      const isBottom = isField && bits.flag();
      const header = byteAt(slice, 0);
      return isField && bits.isValid
        ? { isBottom, frameNumber, isReference: (header & 0x60) !== 0, isIdr: (header & 0x1f) === 5 }
        : undefined;
    },
  };
}

/** H.265 has no such fields, and only the first slice of a picture shows whether it is a B-picture. */
export function h265SliceRules(setsOf: SetsOfType): SliceRules {
  const counts = setsOf(33).map((nal) => readH265Sequence(nal)?.reorderCount);
  // Without the sequence parameter set, any picture may follow.
  const isReordered = counts.length === 0 || counts.some((count) => count !== 0);
  const pictureSets = new Map(
    setsOf(34)
      .flatMap((nal) => readH265PictureSet(nal) ?? [])
      .map(({ id, extraSliceBits }) => [id, extraSliceBits]),
  );
  return {
    mayGoBack: (slice) => {
      const type = (byteAt(slice, 0) >> 1) & 0x3f;
      // A decoder can begin with the latter.
      if (!isReordered || (type >= 16 && type <= 23)) return false;
      // RADL and RASL pictures are shown before the one that they follow (§7.4.2.2).
      if (type >= 6 && type <= 9) return true;
      const sliceType = h265SliceType(slice, pictureSets);
      return sliceType === undefined ? undefined : sliceType === H265_B_SLICE;
    },
    fieldOf: () => undefined,
  };
}

/**
 * H.265 §7.3.6.1, for pictures at which no decoder can begin. Undefined for slices that continue a picture, and if
 * nothing is certain.
 */
function h265SliceType(slice: NalUnit, extraSliceBits: ReadonlyMap<number, number>): number | undefined {
  const bits = new BitReader(payloadOf(slice, 2, SLICE_HEAD_BYTES));
  if (!bits.flag()) return undefined;
  const extra = extraSliceBits.get(bits.unsigned());
  if (extra === undefined) return undefined;
  bits.skip(extra);
  const type = bits.unsigned();
  return bits.isValid ? type : undefined;
}

/** Whether a field completes the frame of the one sent right before it (H.264 §3.30). */
export function isSecondField(first: Field, second: Field): boolean {
  return (
    first.isBottom !== second.isBottom &&
    first.frameNumber === second.frameNumber &&
    first.isReference === second.isReference &&
    !second.isIdr
  );
}

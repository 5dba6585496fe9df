import type { UnitCodec } from '../../core/coded-unit.js';

/** Where an access unit lies in Annex B bytes. */
export type AccessUnitSpan = {
  readonly from: number;
  readonly to: number;
  /** It holds an IDR picture (H.264) or one that can be begun with (H.265: IRAP). */
  readonly isKey: boolean;
  /** It holds a sequence parameter set. */
  readonly hasParameterSets: boolean;
};

/** How a NAL unit stands to the borders between access units. */
type Role = 'first-slice' | 'slice' | 'before-picture' | 'other';

type NalUnit = { readonly role: Role; readonly isKey: boolean; readonly isParameterSet: boolean };

const READERS = { h264: readH264, h265: readH265 };
const START_CODE = Buffer.from([0, 0, 1]);
/** More before the first start code is the rest of something else. */
const MAX_LEADING_ZEROS = 8;

/**
 * Finds the access units in Annex B bytes, in order and without gaps: H.264 §7.4.1.2.3, H.265 §7.4.2.4.4. A second field
 * of an interlaced H.264 picture counts as a unit of its own, as the standard has it.
 * @returns empty where there is no slice, as with parameter sets alone; undefined where the bytes do not begin as an access unit
 * does: with a delimiter, a parameter set, SEI or a first slice
 */
export function findAccessUnits(codec: Exclude<UnitCodec, 'mjpeg'>, bytes: Uint8Array): readonly AccessUnitSpan[] | undefined {
  const read = READERS[codec];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const spans: AccessUnitSpan[] = [];
  let from = 0;
  let nalCount = 0;
  let current = { hasSlice: false, isKey: false, hasParameterSets: false };
  for (let code = buffer.indexOf(START_CODE); code >= 0; code = buffer.indexOf(START_CODE, code + 3)) {
    if (code + 4 >= buffer.length) break;
    const unit = read(buffer, code + 3);
    if (nalCount++ === 0 && (unit.role === 'slice' || unit.role === 'other' || code > MAX_LEADING_ZEROS)) return undefined;
    const begins = current.hasSlice && (unit.role === 'before-picture' || unit.role === 'first-slice');
    if (begins) {
      // The zero byte of a long start code belongs to the unit that it opens.
      const to = buffer[code - 1] === 0 ? code - 1 : code;
      spans.push({ from, to, isKey: current.isKey, hasParameterSets: current.hasParameterSets });
      from = to;
      current = { hasSlice: false, isKey: false, hasParameterSets: false };
    }
    current.hasSlice ||= unit.role === 'first-slice' || unit.role === 'slice';
    current.isKey ||= unit.isKey;
    current.hasParameterSets ||= unit.isParameterSet;
  }
  if (nalCount === 0) return undefined;
  if (current.hasSlice) spans.push({ from, to: buffer.length, isKey: current.isKey, hasParameterSets: current.hasParameterSets });
  // What follows the last picture and holds none goes with it, so that no byte is left out.
  else if (spans.length > 0) spans.push({ ...spans.pop()!, to: buffer.length });
  return spans;
}

/** H.264 table 7-1. Type 14 may open a unit, but stands before every slice of a scalable stream too. */
function readH264(bytes: Uint8Array, at: number): NalUnit {
  const type = bytes[at] & 0x1f;
  // The slice header begins with the address of its first macroblock, and 0 is coded as a single one bit.
  const role = type === 1 || type === 2 || type === 5 ? (bytes[at + 1] & 0x80) !== 0 ? 'first-slice' : 'slice'
    : (type >= 6 && type <= 9) || (type >= 15 && type <= 18) ? 'before-picture' : 'other';
  return { role, isKey: type === 5, isParameterSet: type === 7 };
}

/** H.265 table 7-1. */
function readH265(bytes: Uint8Array, at: number): NalUnit {
  const type = (bytes[at] >> 1) & 0x3f;
  const isBaseLayer = (bytes[at] & 1) === 0 && (bytes[at + 1] & 0xf8) === 0;
  // Slices of enhancement layers belong to the unit of the base layer's.
  const role = type <= 31 ? isBaseLayer && (bytes[at + 2] & 0x80) !== 0 ? 'first-slice' : 'slice'
    : isBaseLayer && ((type >= 32 && type <= 35) || type === 39 || (type >= 41 && type <= 44) || (type >= 48 && type <= 55)) ? 'before-picture' : 'other';
  return { role, isKey: type >= 16 && type <= 21, isParameterSet: type === 33 };
}

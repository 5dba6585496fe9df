import type { NalUnit } from './nal-unit.js';

const START_CODE = Buffer.from([0, 0, 1]);
export const START_CODE_BYTES = START_CODE.length;

/** Positions of three-byte start codes; a zero byte before one makes it a long one. */
export function* startCodes(bytes: Uint8Array): Generator<number> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf(START_CODE); at >= 0; at = buffer.indexOf(START_CODE, at + START_CODE_BYTES)) yield at;
}

/** Annex B: each NAL unit after a four-byte start code. */
export function annexB(nals: readonly NalUnit[]): Uint8Array {
  const bytes = new Uint8Array(nals.reduce((sum, { size }) => sum + 4 + size, 0));
  let at = 0;
  for (const { pieces } of nals) {
    bytes[at + 3] = 1;
    at += 4;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes;
}

/**
 * Splits bytes that should be one NAL unit, but that some cameras fill with several, separated by start codes. Bytes
 * without a start code are returned unchanged.
 */
export function splitStartCodes(bytes: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = [];
  let begin = 0;
  for (const at of startCodes(bytes)) {
    pushTrimmed(nals, bytes.subarray(begin, at));
    begin = at + START_CODE_BYTES;
  }
  pushTrimmed(nals, bytes.subarray(begin));
  return nals;
}

/** A NAL unit never ends in a zero byte (H.264 §7.4.1); zeros there belong to the next start code. */
function pushTrimmed(nals: Uint8Array[], bytes: Uint8Array): void {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  if (end > 0) nals.push(bytes.subarray(0, end));
}

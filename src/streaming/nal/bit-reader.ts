import type { NalUnit } from './nal-unit.js';

/** No code of a parameter set or a slice header begins with more zeros than this. */
const MOST_ZEROS = 31;

/** Reads the bits of a NAL unit's payload in order. Past the end it returns zeros, and `isValid` is false. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bit = 0;
  /** False once a read went past the end. */
  isValid = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = value * 2 + this.#next();
    return value;
  }

  flag(): boolean {
    return this.#next() === 1;
  }

  skip(count: number): void {
    this.#bit += count;
    if (this.#bit > this.#bytes.length * 8) this.isValid = false;
  }

  /** An unsigned Exp-Golomb code (H.264 §9.1, H.265 §9.2). A signed one takes as many bits. */
  unsigned(): number {
    let zeros = 0;
    while (this.isValid && this.#next() === 0) {
      zeros += 1;
      if (zeros > MOST_ZEROS) this.isValid = false;
    }
    return this.isValid ? 2 ** zeros - 1 + this.bits(zeros) : 0;
  }

  /** A signed Exp-Golomb code (H.264 §9.1.1). */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }

  #next(): number {
    const byte = this.#bit >> 3;
    if (byte >= this.#bytes.length) {
      this.isValid = false;
      return 0;
    }
    const value = (this.#bytes[byte] >> (7 - (this.#bit & 7))) & 1;
    this.#bit += 1;
    return value;
  }
}

/**
 * The payload after a NAL unit's header, without the 3 that follows each 00 00 (H.264 §7.4.1.1).
 * @param mostBytes how much of the NAL unit to read
 */
export function payloadOf({ pieces, size }: NalUnit, headerBytes: number, mostBytes = Infinity): Uint8Array {
  const bytes = new Uint8Array(Math.min(size, mostBytes));
  let at = 0;
  for (const piece of pieces) {
    if (at >= bytes.length) break;
    bytes.set(piece.subarray(0, bytes.length - at), at);
    at += piece.length;
  }
  return bytes.filter(
    (byte, index) =>
      index >= headerBytes && (byte !== 3 || index < 2 || bytes[index - 1] !== 0 || bytes[index - 2] !== 0),
  );
}

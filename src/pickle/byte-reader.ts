import { PickleError } from './errors.js';

/** Python's own limit for the digits of an integer in text. Longer ones take quadratic time. */
const MAX_DIGITS = 4300;
const MAX_INTEGER_BYTES = 2048;
const LINE_FEED = 10;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the arguments of opcodes. Every read checks that the bytes exist. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** @throws PickleError if the pickle ends before */
  take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.at)
      throw new PickleError(
        `it is cut off: ${count} bytes should follow byte ${this.at}, but it ends at ${this.#bytes.length}`,
      );
    this.at += count;
    return this.#bytes.subarray(this.at - count, this.at);
  }

  uint8(): number {
    return this.take(1)[0];
  }

  uint16(): number {
    this.take(2);
    return this.#view.getUint16(this.at - 2, true);
  }

  int32(): number {
    this.take(4);
    return this.#view.getInt32(this.at - 4, true);
  }

  uint32(): number {
    this.take(4);
    return this.#view.getUint32(this.at - 4, true);
  }

  /** A length of eight bytes. */
  uint64(): number {
    this.take(8);
    return Number(this.#view.getBigUint64(this.at - 8, true));
  }

  /** Big-endian, as pickles store floats. */
  float64(): number {
    this.take(8);
    return this.#view.getFloat64(this.at - 8, false);
  }

  /** Text up to a line feed, byte by byte. */
  line(): string {
    const end = this.#bytes.indexOf(LINE_FEED, this.at);
    if (end < 0) throw new PickleError(`it is cut off in the line at byte ${this.at}`);
    const text = latin1(this.take(end - this.at));
    this.at++;
    return text;
  }

  utf8(count: number): string {
    const bytes = this.take(count);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new PickleError(`the text at byte ${this.at - count} is not UTF-8`, { cause });
    }
  }

  /** An integer of any number of bytes, in two's complement. */
  integer(count: number): number | bigint {
    if (count > MAX_INTEGER_BYTES) throw new PickleError(`an integer of ${count} bytes is too large`);
    const bytes = this.take(count);
    if (count === 0) return 0;
    let value = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
    if (bytes[count - 1] >= 0x80) value -= 1n << BigInt(8 * count);
    return narrowed(value);
  }

  /** An integer in decimal digits. */
  decimal(): number | bigint {
    const text = this.line().replace(/L$/, '').trim();
    if (!/^[+-]?\d+$/.test(text) || text.length > MAX_DIGITS)
      throw new PickleError(`"${text.slice(0, 40)}" is no integer`);
    return narrowed(BigInt(text.replace(/^\+/, '')));
  }
}

/** Bytes as the text with these code points. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

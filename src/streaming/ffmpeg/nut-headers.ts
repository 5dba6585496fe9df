import { SourceError } from '../../core/errors.js';
import type { Size } from '../../core/size.js';

export const FIRST_BYTE_OF_STARTCODES = 0x4e;
const VIDEO_CLASS = 0;

/** Bits of a frame's flags (NUT specification, "frame_flags"). */
export const FLAG = {
  KEY: 1,
  CODED_PTS: 8,
  STREAM_ID: 16,
  SIZE_MSB: 32,
  CHECKSUM: 64,
  RESERVED: 128,
  SIDE_DATA: 256,
  HEADER_INDEX: 1024,
  MATCH_TIME: 2048,
  CODED: 4096,
  INVALID: 8192,
} as const;

/** The meaning of a frame's first byte. */
export type FrameCode = {
  readonly flags: number;
  readonly ptsDelta: number;
  readonly sizeFactor: number;
  readonly sizeRest: number;
  readonly reservedCount: number;
  readonly headerIndex: number;
};

/** Seconds per tick, as a fraction. */
export type TimeBase = { readonly num: number; readonly den: number };

export type MainHeader = {
  readonly timeBases: readonly TimeBase[];
  /** One for each possible first byte of a frame. */
  readonly frameCodes: readonly FrameCode[];
  /** First bytes of frames that the muxer omits; index 0 is empty. */
  readonly elided: readonly Uint8Array[];
};

export type StreamHeader = {
  readonly size: Size;
  readonly timeBase: TimeBase;
  readonly msbShift: number;
  /** Four characters that name the codec: `H264`. */
  readonly tag: string;
  /** What a decoder needs before the first picture; empty if it needs nothing. */
  readonly codecData: Uint8Array;
};

/** Reads numbers from a byte array; if it ends too early, `starved` is set and the values have no meaning. */
export class Cursor {
  position = 0;
  starved = false;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.position;
  }

  byte(): number {
    if (this.position >= this.#bytes.length) {
      this.starved = true;
      return 0;
    }
    return this.#bytes[this.position++];
  }

  uint16(): number {
    return this.byte() * 256 + this.byte();
  }

  skip(count: number): void {
    if (this.remaining < count) this.starved = true;
    this.position += count;
  }

  bytes(): Uint8Array {
    const length = this.varint();
    const start = this.position;
    this.skip(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  /** The specification's `v`: seven bits a byte, the highest first. */
  varint(): number {
    let value = 0;
    for (;;) {
      const byte = this.byte();
      value = value * 128 + (byte & 127);
      if (value > Number.MAX_SAFE_INTEGER) throw malformed('a number is larger than 2^53');
      if (byte < 128) return value;
    }
  }

  /** A decoding time, which muxers write as 64 bits with a sign, though the specification has no negative ones. */
  time(): bigint {
    let value = 0n;
    for (;;) {
      const byte = this.byte();
      value = value * 128n + BigInt(byte & 127);
      if (value >= 2n ** 64n) throw malformed('a time has more than 64 bits');
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  }

  /** The specification's `s`: 0, 1, -1, 2, -2… */
  signedVarint(): number {
    const value = this.varint() + 1;
    return value % 2 === 1 ? -Math.floor(value / 2) : value / 2;
  }
}

/** Reads the body of the main header. */
export function readMain(body: Cursor): MainHeader {
  const version = body.varint();
  if (version > 3) body.varint();
  const streamCount = body.varint();
  if (streamCount !== 1) throw malformed(`it holds ${streamCount} streams; one video stream was expected`);
  body.varint();
  const timeBases = Array.from({ length: atMost(body.varint(), body) }, () => ({
    num: body.varint(),
    den: body.varint(),
  }));
  const frameCodes = readFrameCodes(body);
  const elided: Uint8Array[] = [new Uint8Array(0)];
  // The checksum at the packet's end takes the last four bytes.
  if (body.remaining > 4) {
    for (let count = body.varint(); count > 0 && !body.starved; count--) elided.push(body.bytes());
  }
  if (timeBases.length === 0 || timeBases.some(({ num, den }) => num === 0 || den === 0))
    throw malformed('a time base is zero');
  return { timeBases, frameCodes, elided };
}

/** The table is run-length coded; missing fields keep the previous run's value, or are 0. */
function readFrameCodes(body: Cursor): FrameCode[] {
  const codes: FrameCode[] = [];
  let ptsDelta = 0;
  let sizeFactor = 1;
  let headerIndex = 0;
  while (codes.length < 256 && !body.starved) {
    const flags = body.varint();
    const fieldCount = body.varint();
    if (fieldCount > 0) ptsDelta = body.signedVarint();
    if (fieldCount > 1) sizeFactor = body.varint();
    if (fieldCount > 2) body.varint();
    const size = fieldCount > 3 ? body.varint() : 0;
    const reservedCount = fieldCount > 4 ? body.varint() : 0;
    const count = fieldCount > 5 ? body.varint() : sizeFactor - size;
    if (fieldCount > 6) body.signedVarint();
    if (fieldCount > 7) headerIndex = body.varint();
    for (let field = 8; field < fieldCount && !body.starved; field++) body.varint();
    for (let i = 0; i < count && codes.length < 256;) {
      const taken = codes.length === FIRST_BYTE_OF_STARTCODES;
      codes.push({
        flags: taken ? FLAG.INVALID : flags,
        ptsDelta,
        sizeFactor,
        sizeRest: size + i,
        reservedCount,
        headerIndex,
      });
      if (!taken) i++;
    }
  }
  return codes;
}

/** Reads the body of the stream's header. */
export function readStream(body: Cursor, main: MainHeader): StreamHeader {
  body.varint();
  const streamClass = body.varint();
  if (streamClass !== VIDEO_CLASS) throw malformed(`its stream is of class ${streamClass}, which is not video`);
  const tag = Buffer.from(body.bytes()).toString('latin1');
  const timeBase = main.timeBases[body.varint()] as TimeBase | undefined;
  if (timeBase === undefined) throw malformed('its stream names a time base that is not there');
  const msbShift = body.varint();
  body.varint();
  body.varint();
  body.varint();
  const codecData = body.bytes();
  return { size: { width: body.varint(), height: body.varint() }, timeBase, msbShift, tag, codecData };
}

/** Coded times below 2^shift are the lowest bits of a time near the last one; others are whole times. */
export function unwrapPts(coded: number, lastPts: number, msbShift: number): number {
  const span = 2 ** msbShift;
  if (coded >= span) return coded - span;
  const lowest = lastPts - Math.floor((span - 1) / 2);
  return lowest + modulo(coded - lowest, span);
}

/** Exact for whole results, rounded down otherwise, as in the specification. */
export function convert(time: number, from: TimeBase, to: TimeBase): number {
  const factor = from.num * to.den;
  const divisor = from.den * to.num;
  if (factor === divisor) return time;
  const product = BigInt(time) * BigInt(factor);
  const quotient = product / BigInt(divisor);
  return Number(product < 0n && product % BigInt(divisor) !== 0n ? quotient - 1n : quotient);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** A count of items of at least one byte each cannot exceed the remaining bytes. */
function atMost(count: number, body: Cursor): number {
  if (count > body.remaining)
    throw malformed(`a header announces ${count} entries and has ${body.remaining} bytes left`);
  return count;
}

export function malformed(what: string): SourceError {
  return new SourceError(`ffmpeg's output cannot be read: ${what}`, { code: 'NOWCAST_NUT' });
}

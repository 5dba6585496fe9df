import type { Size } from '../../core/size.js';
import { joinBytes } from '../join-bytes.js';
import {
  convert,
  Cursor,
  FIRST_BYTE_OF_STARTCODES,
  FLAG,
  malformed,
  readMain,
  readStream,
  unwrapPts,
  type MainHeader,
  type StreamHeader,
  type TimeBase,
} from './nut-headers.js';

/** One complete picture, raw or coded. */
export type NutFrame = {
  /** 0, 1, 2… in the order of arrival. */
  readonly index: number;
  /** Presentation time in microseconds, an integer. */
  readonly ptsUs: number;
  /** Of a coded picture: a decoder can begin here. Every raw picture is one. */
  readonly isKey: boolean;
  /** The filled target from `getTarget`; undefined if the picture was discarded. */
  readonly target: Uint8Array | undefined;
};

export type NutReaderOptions = {
  /**
   * Called at the start of a picture of `byteLength` bytes with its presentation time. The reader writes into the
   * returned memory, at least that long, until `onFrame`; undefined discards the picture's bytes; `'wait'` suspends the
   * reader until `resume()`.
   */
  readonly getTarget: (byteLength: number, ptsUs: number) => Uint8Array | undefined | 'wait';
  readonly onFrame: (frame: NutFrame) => void;
  /**
   * The destination of each arriving plane, for pictures of equal planes: `[1, 0, 2]` turns G, B, R into B, G, R during
   * the copy. Default: unchanged.
   */
  readonly planeOrder?: readonly number[];
};

const FILE_ID = 'nut/multimedia container\0';
const MAIN = 0x4e4d;
const STREAM = 0x4e53;
const SYNCPOINT = 0x4e4b;
/** Packet headers longer than this have their own checksum; frames longer than this have no elided header. */
const SHORT = 4096;

type OpenFrame = {
  readonly byteLength: number;
  readonly ptsUs: number;
  readonly isKey: boolean;
  readonly target: Uint8Array | undefined;
  offset: number;
};

/**
 * Demuxes one video stream from NUT, which carries exact presentation times in band with the pictures. Bytes are
 * pushed as they come from a pipe, cut anywhere; each is copied once, into the picture's target.
 *
 * Source: the NUT specification (nut.txt, version 3 and 4), the parts that a muxer of one video stream uses.
 */
export class NutReader {
  readonly #options: NutReaderOptions;
  /** Bytes of an incomplete header, or of a picture without a target and the data after it. */
  #pending: Uint8Array = EMPTY;
  #waiting = false;
  #identified = false;
  #main: MainHeader | undefined;
  #stream: StreamHeader | undefined;
  #lastPts = 0;
  #frame: OpenFrame | undefined;
  #frameCount = 0;

  constructor(options: NutReaderOptions) {
    this.#options = options;
  }

  /** Size of the pictures in pixels; undefined before the stream's header. */
  get pictureSize(): Size | undefined {
    return this.#stream?.size;
  }

  /** The codec's tag, such as `H264`, and what its decoder needs first; undefined before the stream's header. */
  get codec(): Pick<StreamHeader, 'tag' | 'codecData'> | undefined {
    return this.#stream;
  }

  /** True if the stream could end here without cutting a picture or a header. */
  get atBoundary(): boolean {
    return this.#frame === undefined && this.#pending.length === 0;
  }

  /** True while a picture has no target yet. */
  get isWaiting(): boolean {
    return this.#waiting;
  }

  /**
   * Takes the next bytes of the stream.
   * @returns false if the reader waits for a target: push no more before `resume()`, or it has to keep the bytes
   * @throws SourceError (`NOWCAST_NUT`) if they are not NUT with one raw video stream
   */
  push(chunk: Uint8Array): boolean {
    if (this.#waiting) {
      this.#pending = joinBytes(this.#pending, chunk);
      return false;
    }
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#frame !== undefined) {
        rest = this.#fill(this.#frame, rest);
        continue;
      }
      const bytes = this.#pending.length === 0 ? rest : joinBytes(this.#pending, rest);
      const used = this.#header(bytes);
      if (used === undefined) {
        // The caller owns the chunk's memory again.
        this.#pending = new Uint8Array(bytes);
        break;
      }
      this.#pending = EMPTY;
      rest = bytes.subarray(used);
    }
    return !this.#waiting;
  }

  /** Asks again for the missing target; returns like `push`. */
  resume(): boolean {
    if (!this.#waiting) return true;
    this.#waiting = false;
    const bytes = this.#pending;
    this.#pending = EMPTY;
    return this.push(bytes);
  }

  /** Copies the bytes of the open frame; returns the rest. */
  #fill(frame: OpenFrame, bytes: Uint8Array): Uint8Array {
    const used = Math.min(frame.byteLength - frame.offset, bytes.length);
    if (frame.target !== undefined) this.#write(frame.target, frame, bytes, used);
    frame.offset += used;
    if (frame.offset === frame.byteLength) {
      this.#frame = undefined;
      const { ptsUs, isKey, target } = frame;
      this.#options.onFrame({ index: this.#frameCount++, ptsUs, isKey, target });
    }
    return bytes.subarray(used);
  }

  #write(target: Uint8Array, { byteLength, offset }: OpenFrame, bytes: Uint8Array, count: number): void {
    const order = this.#options.planeOrder;
    if (order === undefined) {
      target.set(bytes.subarray(0, count), offset);
      return;
    }
    const planeLength = byteLength / order.length;
    for (let from = 0; from < count;) {
      const plane = Math.floor((offset + from) / planeLength);
      const inPlane = offset + from - plane * planeLength;
      const to = Math.min(count, from + planeLength - inPlane);
      target.set(bytes.subarray(from, to), order[plane] * planeLength + inPlane);
      from = to;
    }
  }

  /** Reads one header at the start of `bytes`; returns its length, or undefined if it is incomplete. */
  #header(bytes: Uint8Array): number | undefined {
    if (!this.#identified) return this.#fileId(bytes);
    return bytes[0] === FIRST_BYTE_OF_STARTCODES ? this.#packet(bytes) : this.#frameHeader(bytes);
  }

  #fileId(bytes: Uint8Array): number | undefined {
    const start = String.fromCharCode(...bytes.subarray(0, FILE_ID.length));
    if (!FILE_ID.startsWith(start)) throw malformed(`it does not begin as NUT does, but with ${JSON.stringify(start)}`);
    if (start.length < FILE_ID.length) return undefined;
    this.#identified = true;
    return FILE_ID.length;
  }

  #packet(bytes: Uint8Array): number | undefined {
    const cursor = new Cursor(bytes);
    const kind = cursor.uint16();
    cursor.skip(6);
    const length = cursor.varint();
    if (length > SHORT) cursor.skip(4);
    const end = cursor.position + length;
    if (cursor.starved || end > bytes.length) return undefined;
    const body = new Cursor(bytes.subarray(cursor.position, end));
    if (kind === MAIN) this.#main = readMain(body);
    else if (kind === STREAM) this.#stream = readStream(body, this.#headers().main);
    else if (kind === SYNCPOINT) this.#readSyncpoint(body);
    if (body.starved) throw malformed('a header is shorter than what it must hold');
    return end;
  }

  #readSyncpoint(body: Cursor): void {
    const { main, stream } = this.#headers();
    const coded = body.time();
    const count = BigInt(main.timeBases.length);
    const index = ((coded % count) + count) % count;
    const from = main.timeBases[Number(index)];
    this.#lastPts = convert(Number((coded - index) / count), from, stream?.timeBase ?? from);
  }

  #frameHeader(bytes: Uint8Array): number | undefined {
    const { main, stream } = this.#headers();
    if (stream === undefined) throw malformed('a frame comes before the header of its stream');
    const cursor = new Cursor(bytes);
    const code = main.frameCodes[cursor.byte()];
    let { flags } = code;
    if ((flags & FLAG.INVALID) !== 0)
      throw malformed(`frame ${this.#frameCount} begins with the invalid code ${bytes[0]}`);
    if ((flags & FLAG.CODED) !== 0) flags ^= cursor.varint();
    const streamId = (flags & FLAG.STREAM_ID) !== 0 ? cursor.varint() : 0;
    const pts =
      (flags & FLAG.CODED_PTS) !== 0
        ? unwrapPts(cursor.varint(), this.#lastPts, stream.msbShift)
        : this.#lastPts + code.ptsDelta;
    const byteLength = code.sizeRest + ((flags & FLAG.SIZE_MSB) !== 0 ? code.sizeFactor * cursor.varint() : 0);
    if ((flags & FLAG.MATCH_TIME) !== 0) cursor.varint();
    const headerIndex = (flags & FLAG.HEADER_INDEX) !== 0 ? cursor.varint() : code.headerIndex;
    const reservedCount = (flags & FLAG.RESERVED) !== 0 ? cursor.varint() : code.reservedCount;
    for (let i = 0; i < reservedCount && !cursor.starved; i++) cursor.varint();
    if ((flags & FLAG.CHECKSUM) !== 0) cursor.skip(4);
    if (cursor.starved) return undefined;

    if (streamId !== 0)
      throw malformed(`frame ${this.#frameCount} belongs to stream ${streamId}; one video stream was expected`);
    if ((flags & FLAG.SIDE_DATA) !== 0)
      throw malformed(`frame ${this.#frameCount} carries side data, which was not asked for`);
    const isKey = (flags & FLAG.KEY) !== 0;
    const ptsUs = convert(pts, stream.timeBase, MICROSECONDS);
    if (byteLength > 0 && !this.#open(byteLength, ptsUs, isKey)) return undefined;
    this.#lastPts = pts;
    // The muxer omits the common first bytes of short frames.
    const elided = byteLength > SHORT ? EMPTY : (main.elided[headerIndex] ?? EMPTY);
    if (this.#frame !== undefined && elided.length > 0) this.#fill(this.#frame, elided);
    return cursor.position;
  }

  /** Begins a picture; false if its target is not available yet. */
  #open(byteLength: number, ptsUs: number, isKey: boolean): boolean {
    const planes = this.#options.planeOrder?.length ?? 1;
    if (byteLength % planes !== 0)
      throw malformed(`a picture of ${byteLength} bytes does not divide into ${planes} planes`);
    const target = this.#options.getTarget(byteLength, ptsUs);
    this.#waiting = target === 'wait';
    if (target === 'wait') return false;
    this.#frame = { byteLength, ptsUs, isKey, target, offset: 0 };
    return true;
  }

  #headers(): { main: MainHeader; stream: StreamHeader | undefined } {
    if (this.#main === undefined) throw malformed('something comes before the main header');
    return { main: this.#main, stream: this.#stream };
  }
}

const EMPTY = new Uint8Array(0);
const MICROSECONDS: TimeBase = { num: 1, den: 1_000_000 };

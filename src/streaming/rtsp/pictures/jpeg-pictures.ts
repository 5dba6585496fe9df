import { jpegHeader, type JpegFrame, quantizersOfQuality } from './jpeg-header.js';
import { type PacketTime, type CodedPicture, type PictureReader } from './picture-reader.js';
import { type RtpPacket } from '../rtp/rtp-packet.js';
import { type SenderQuirks } from '../rtp/sender-quirks.js';
import { MAX_UNIT_BYTES, PIECE_BYTES, TOO_LARGE } from './unit-limits.js';

/** A picture's width and height in pixels. */
export type PictureSize = { readonly width: number; readonly height: number };

export type JpegEvents = {
  onPicture(picture: CodedPicture): void;
  /** The stream has a format that cannot be read; called for each picture. */
  onUnsupported(reason: string): void;
};

/** The headers before a payload's data (RFC 2435 §3.1). */
type Payload = {
  /** Of the data in the scan. */
  readonly offset: number;
  readonly frame: JpegFrame | 'continued';
  readonly data: Uint8Array;
};

type Gathering = {
  readonly pieces: Uint8Array[];
  readonly headerBytes: number;
  size: number;
  cost: number;
  readonly time: PacketTime;
  arrivedAtMs: number;
};

const END_OF_IMAGE = Uint8Array.of(0xff, 0xd9);

/** JPEGs from RTP (RFC 2435). Drops a JPEG with a hole entirely; the next picture reports the loss before it. */
export class JpegPictures implements PictureReader {
  readonly #size: PictureSize | undefined;
  readonly #quirks: SenderQuirks;
  readonly #events: JpegEvents;
  /** In-band tables by Q, 128 to 254: a sender may omit tables that it has sent before. */
  readonly #tables = new Map<number, Uint8Array[]>();
  #current: Gathering | undefined;
  #lostBefore = false;

  /** @param size from the SDP, for pictures larger than 2040 pixels, whose size does not fit into the payload header */
  constructor(size: PictureSize | undefined, quirks: SenderQuirks, events: JpegEvents) {
    this.#size = size;
    this.#quirks = quirks;
    this.#events = events;
  }

  packet(packet: RtpPacket, time: PacketTime): void {
    if (packet.payload.length === 0) return;
    const payload = this.#read(packet.payload);
    if (!payload) {
      this.lost();
      return;
    }
    if (payload.frame !== 'continued') {
      if (this.#current) this.#endUnmarked();
      this.#begin(payload.frame, time);
    }
    this.#append(payload, time);
    if (packet.marker && this.#current) this.#end(this.#current);
  }

  lost(): void {
    this.#current = undefined;
    this.#lostBefore = true;
  }

  reset(): void {
    this.lost();
    this.#tables.clear();
  }

  #begin(frame: JpegFrame, time: PacketTime): void {
    const pieces = jpegHeader(frame);
    const headerBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#current = { pieces, headerBytes, size: headerBytes, cost: 0, time, arrivedAtMs: time.arrivedAtMs };
  }

  #append({ offset, data }: Payload, time: PacketTime): void {
    const current = this.#current;
    // A fragment at an unexpected offset leaves a hole that no later packet fills.
    if (!current || current.size - current.headerBytes !== offset) {
      this.lost();
      return;
    }
    if (current.time.timestamp !== time.timestamp) {
      this.#quirks.report('the camera changes the RTP time inside a picture; the time of its first packet counts');
    }
    current.pieces.push(data);
    current.size += data.length;
    current.cost += data.length + PIECE_BYTES;
    current.arrivedAtMs = Math.max(current.arrivedAtMs, time.arrivedAtMs);
    if (current.cost <= MAX_UNIT_BYTES) return;
    this.#quirks.report(TOO_LARGE);
    this.lost();
  }

  /** Consecutive fragments without a gap up to the next picture are a complete one. */
  #endUnmarked(): void {
    this.#quirks.report(
      'the camera does not mark the end of pictures (RTP marker); each picture ends when the next begins, one frame interval late',
    );
    if (this.#current) this.#end(this.#current);
  }

  #end({ pieces, size, time, arrivedAtMs }: Gathering): void {
    const last = pieces[pieces.length - 1];
    const hasEnd = last.length >= 2 && last[last.length - 2] === 0xff && last[last.length - 1] === 0xd9;
    const data = new Uint8Array(size + (hasEnd ? 0 : 2));
    let at = 0;
    for (const piece of hasEnd ? pieces : [...pieces, END_OF_IMAGE]) {
      data.set(piece, at);
      at += piece.length;
    }
    const lostBefore = this.#lostBefore;
    this.#current = undefined;
    this.#lostBefore = false;
    this.#events.onPicture({
      data,
      mediaMs: time.mediaMs,
      arrivedAtMs,
      isKey: true,
      damaged: false,
      lostBefore,
      mayGoBack: false,
    });
  }

  #read(bytes: Uint8Array): Payload | undefined {
    if (bytes.length < 8) return undefined;
    const offset = bytes[1] * 65536 + bytes[2] * 256 + bytes[3];
    const hasRestarts = bytes[4] >= 64 && bytes[4] < 128;
    const type = hasRestarts ? bytes[4] - 64 : bytes[4];
    if (type > 1)
      return this.#refuse(`the camera sends JPEG of RTP type ${bytes[4]}; Nowcast reads types 0, 1, 64 and 65`);
    const quality = bytes[5];
    let at = hasRestarts ? 12 : 8;
    if (at > bytes.length) return undefined;
    if (offset > 0) return { offset, frame: 'continued', data: bytes.subarray(at) };
    if (bytes[0] !== 0) this.#quirks.report('the camera sends interlaced JPEG; each field counts as a picture');
    const size = this.#sizeOf(bytes);
    if (!size) {
      this.#events.onUnsupported(
        'its JPEGs are larger than 2040 pixels and its SDP names no size; choose a smaller picture or H.264',
      );
      return undefined;
    }
    let quantizers: Uint8Array[] | undefined;
    if (quality >= 128) {
      if (at + 4 > bytes.length) return undefined;
      const tablesAt = at + 4;
      at = tablesAt + bytes[at + 2] * 256 + bytes[at + 3];
      if (at > bytes.length) return undefined;
      quantizers = this.#tablesOf(quality, bytes[tablesAt - 3], bytes.subarray(tablesAt, at));
    } else if (quality > 0 && quality < 100) quantizers = quantizersOfQuality(quality);
    else return this.#refuse(`the camera sends JPEG of RTP quality ${quality}, which RFC 2435 leaves undefined`);
    if (!quantizers) return undefined;
    const restartInterval = hasRestarts ? bytes[8] * 256 + bytes[9] : 0;
    return {
      offset,
      frame: { ...size, lumaSampling: type === 0 ? 0x21 : 0x22, quantizers, restartInterval },
      data: bytes.subarray(at),
    };
  }

  #sizeOf(bytes: Uint8Array): PictureSize | undefined {
    return bytes[6] > 0 && bytes[7] > 0 ? { width: bytes[6] * 8, height: bytes[7] * 8 } : this.#size;
  }

  /** RFC 2435 §3.1.8: bit `index` of `precision` is set if the table has two bytes a value. */
  #tablesOf(quality: number, precision: number, bytes: Uint8Array): Uint8Array[] | undefined {
    if (bytes.length === 0) return quality === 255 ? undefined : this.#tables.get(quality);
    const tables: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + ((precision >> tables.length) & 1 ? 128 : 64);
      if (end > bytes.length) return undefined;
      // A copy: the cache must not keep the packet's buffer alive.
      tables.push(bytes.slice(at, end));
      at = end;
    }
    if (quality < 255) this.#tables.set(quality, tables);
    return tables;
  }

  #refuse(text: string): Payload | undefined {
    this.#quirks.report(text);
    return undefined;
  }
}

import { MessageDraft, type RtspMessage } from './message.js';

export type SplitterSink = {
  /** @param packet shares the chunk's memory if the chunk contains it whole; that memory is never written again */
  onPacket(channel: number, packet: Uint8Array): void;
  onMessage(message: RtspMessage): void;
  /** Bytes that are neither; called once each time the splitter loses its place. */
  onJunk(): void;
};

const DOLLAR = 0x24;
const NEWLINE = 0x0a;
const PACKET_HEADER_BYTES = 4;
/** `$`, the channel, two bytes of length, and the first byte of the packet. */
const PACKET_PROBE_BYTES = 5;
const MOST_LINE_BYTES = 16 * 1024;
const REPLY_BEGINNING = Buffer.from('RTSP/1.');
const NOTHING = Buffer.alloc(0);

/**
 * Splits the byte stream of an RTSP connection into interleaved packets (RFC 2326 §10.12) and messages. It does not
 * copy packets that lie whole in a chunk. Its memory is bounded: one packet (64 KiB), or one message and its body.
 *
 * After other bytes, it searches for the next certain start: a packet of a known channel with RTP's version, or a
 * reply.
 */
export class StreamSplitter {
  readonly #sink: SplitterSink;
  readonly #channels = new Set<number>();
  #isSeeking = false;
  #draft: MessageDraft | undefined;
  /** The number of body bytes that the message still lacks; undefined while its header lines arrive. */
  #bodyBytes: number | undefined;
  /** The start of data that the next chunk continues. */
  #held = NOTHING;
  #heldBytes = 0;

  constructor(sink: SplitterSink) {
    this.#sink = sink;
  }

  /** Packets of these channels can be found again after junk. */
  expectChannels(channels: readonly number[]): void {
    for (const channel of channels) this.#channels.add(channel);
  }

  /** Calls the sink for each item that the chunk completes. The splitter owns the chunk from now on. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#isSeeking) at = this.#seek(chunk, at);
      else if (this.#heldBytes > 0 || this.#draft !== undefined) at = this.#continue(chunk, at);
      else at = this.#begin(chunk, at);
    }
  }

  /** At a boundary, the hot path: packets lie whole in the chunk. */
  #begin(chunk: Buffer, at: number): number {
    const first = chunk[at];
    if (first === DOLLAR) {
      const end =
        chunk.length - at < PACKET_HEADER_BYTES ? Infinity : at + PACKET_HEADER_BYTES + chunk.readUInt16BE(at + 2);
      if (end > chunk.length) return this.#hold(chunk, at, chunk.length);
      this.#sink.onPacket(chunk[at + 1], chunk.subarray(at + PACKET_HEADER_BYTES, end));
      return end;
    }
    // Line ends between messages mean nothing.
    if (first === 0x0d || first === NEWLINE) return at + 1;
    if (isLetter(first)) return this.#hold(chunk, at, at + 1);
    this.#lose();
    return at;
  }

  /** Takes the bytes that complete the current item, and no more. */
  #continue(chunk: Buffer, at: number): number {
    if (this.#draft === undefined && this.#held[0] === DOLLAR) return this.#continuePacket(chunk, at);
    return this.#bodyBytes === undefined
      ? this.#continueLine(chunk, at)
      : this.#continueBody(chunk, at, this.#bodyBytes);
  }

  #continuePacket(chunk: Buffer, at: number): number {
    const missing =
      (this.#heldBytes < PACKET_HEADER_BYTES ? PACKET_HEADER_BYTES : PACKET_HEADER_BYTES + this.#held.readUInt16BE(2)) -
      this.#heldBytes;
    const end = this.#hold(chunk, at, Math.min(at + missing, chunk.length));
    if (
      this.#heldBytes >= PACKET_HEADER_BYTES &&
      this.#heldBytes === PACKET_HEADER_BYTES + this.#held.readUInt16BE(2)
    ) {
      const whole = this.#release();
      this.#sink.onPacket(whole[1], whole.subarray(PACKET_HEADER_BYTES));
    }
    return end;
  }

  #continueLine(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(NEWLINE, at);
    const end = Math.min(newline < 0 ? chunk.length : newline + 1, at + MOST_LINE_BYTES);
    const bad = this.#draft === undefined ? chunk.subarray(at, end).findIndex(isNoText) : -1;
    if (bad >= 0) {
      // A packet may begin shortly before the byte that proves this is not text.
      const dollar = chunk.lastIndexOf(DOLLAR, at + bad);
      this.#lose();
      return dollar >= at && at + bad - dollar < PACKET_HEADER_BYTES ? dollar : at + bad;
    }
    this.#hold(chunk, at, end);
    if (this.#heldBytes > MOST_LINE_BYTES) this.#lose();
    else if (chunk[end - 1] === NEWLINE)
      this.#takeLine(
        this.#release()
          .toString('utf8')
          .replace(/\r*\n$/, ''),
      );
    return end;
  }

  #takeLine(line: string): void {
    if (this.#draft === undefined) {
      const text = line.trimEnd();
      this.#draft = MessageDraft.begin(text);
      if (this.#draft !== undefined) return;
      this.#lose();
      // After a body that is longer than declared, the rest has no line end before the next reply.
      this.#draft = MessageDraft.begin(text.slice(Math.max(0, text.lastIndexOf('RTSP/1.'))));
      this.#isSeeking = this.#draft === undefined;
    } else if (line !== '') {
      this.#draft.addLine(line);
    } else {
      this.#bodyBytes = this.#draft.bodyLength;
      if (this.#bodyBytes === undefined) this.#lose();
      else if (this.#bodyBytes === 0) this.#finish(NOTHING);
    }
  }

  #continueBody(chunk: Buffer, at: number, bodyBytes: number): number {
    const end = this.#hold(chunk, at, Math.min(at + bodyBytes - this.#heldBytes, chunk.length));
    if (this.#heldBytes === bodyBytes) this.#finish(this.#release());
    return end;
  }

  #finish(body: Buffer): void {
    const message = this.#draft!.finish(body);
    this.#draft = undefined;
    this.#bodyBytes = undefined;
    this.#sink.onMessage(message);
  }

  #lose(): void {
    this.#draft = undefined;
    this.#bodyBytes = undefined;
    this.#heldBytes = 0;
    this.#isSeeking = true;
    this.#sink.onJunk();
  }

  /** Skips bytes that cannot begin an item; keeps those at the chunk's end that may. */
  #seek(chunk: Buffer, at: number): number {
    const joined = this.#heldBytes > 0;
    const data = joined ? Buffer.concat([this.#release(), chunk.subarray(at)]) : chunk.subarray(at);
    for (let from = 0; from < data.length; from++) {
      const fits =
        data[from] === DOLLAR
          ? this.#isPacketAt(data, from)
          : data[from] === REPLY_BEGINNING[0]
            ? isReplyAt(data, from)
            : 'no';
      if (fits === 'no') continue;
      if (fits === 'unknown') {
        this.#hold(data, from, data.length);
        return chunk.length;
      }
      this.#isSeeking = false;
      if (!joined) return at + from;
      this.push(data.subarray(from));
      return chunk.length;
    }
    return chunk.length;
  }

  #isPacketAt(data: Buffer, at: number): 'yes' | 'no' | 'unknown' {
    if (at + 1 < data.length && !this.#channels.has(data[at + 1])) return 'no';
    if (at + PACKET_PROBE_BYTES > data.length) return 'unknown';
    return data.readUInt16BE(at + 2) >= 8 && data[at + PACKET_HEADER_BYTES] >> 6 === 2 ? 'yes' : 'no';
  }

  /** Appends to the held bytes; returns `end`. */
  #hold(chunk: Buffer, at: number, end: number): number {
    const bytes = this.#heldBytes + end - at;
    if (bytes > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(bytes, 2 * this.#held.length, 2048));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldBytes, at, end);
    this.#heldBytes = bytes;
    return end;
  }

  /** Gives the held bytes away, with their memory. */
  #release(): Buffer {
    const released = this.#held.subarray(0, this.#heldBytes);
    this.#held = NOTHING;
    this.#heldBytes = 0;
    return released;
  }
}

function isReplyAt(data: Buffer, at: number): 'yes' | 'no' | 'unknown' {
  const length = Math.min(REPLY_BEGINNING.length, data.length - at);
  if (data.compare(REPLY_BEGINNING, 0, length, at, at + length) !== 0) return 'no';
  return length === REPLY_BEGINNING.length ? 'yes' : 'unknown';
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

/** Whether a byte cannot be part of a message's first line. */
function isNoText(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x0d && byte !== NEWLINE && byte !== 0x09) || byte >= 0x7f;
}

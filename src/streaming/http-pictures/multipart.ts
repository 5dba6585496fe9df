import { JpegEnd } from './jpeg.js';

/** One part of a multipart answer. */
export type Part = {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
  /** When the first of its bytes came, on the monotonic clock; the headers may come long before. */
  readonly beganAtMs: number;
  /** When its last byte came, on the monotonic clock. */
  readonly arrivedAtMs: number;
};

export type MultipartEvents = {
  onPart(part: Part): void;
  /** The body cannot be read any further. No event follows. */
  onMalformed(reason: string): void;
  onNotice(text: string): void;
};

/** Larger than any picture of a camera. */
export const MAX_PART_BYTES = 16 * 2 ** 20;
const MAX_HEADER_BYTES = 16 * 1024;
/** Longest text before the first boundary, and between a part's end and the next part. */
const MAX_BETWEEN_BYTES = 64 * 1024;

/**
 * Splits the answers of MJPEG cameras (`multipart/x-mixed-replace`, RFC 2046 §5.1) as cameras write them: with or
 * without the boundary's dashes, or without a boundary; with or without carriage returns; with missing or wrong
 * lengths. It emits a part as soon as it is complete: by its length, by the end of its JPEG, or by the next boundary.
 */
export class MultipartReader {
  readonly #events: MultipartEvents;
  /** With its two dashes; undefined until the first line that begins with them. */
  #delimiter: Buffer | undefined;
  #bytes: Buffer = EMPTY;
  /** The offset of `#bytes` once pieces were joined. */
  #room: Buffer = EMPTY;
  #state: 'between' | 'headers' | 'body' = 'between';
  #headers: ReadonlyMap<string, string> = new Map();
  #jpegEnd = new JpegEnd();
  /** Bytes of the body that contain no start of a delimiter. */
  #searched = 0;
  #beganAtMs: number | undefined;
  #trustsLengths = true;
  #isOver = false;
  /** True if the last part ended by its length: a delimiter must follow. */
  #endedByLength = false;

  /** @param boundary as in the header `Content-Type`; undefined if it names none */
  constructor(boundary: string | undefined, events: MultipartEvents) {
    const bare = boundary?.replace(/^-+/, '');
    if (bare !== undefined && bare !== '') this.#delimiter = Buffer.from(`--${bare}`, 'latin1');
    this.#events = events;
  }

  /** @param arrivedAtMs when these bytes came, on the monotonic clock */
  push(chunk: Uint8Array, arrivedAtMs: number): void {
    if (this.#isOver) return;
    this.#append(chunk);
    while (!this.#isOver && this.#step(arrivedAtMs));
  }

  /** Joined pieces reserve as much room again, so that each byte is copied only a few times. */
  #append(chunk: Uint8Array): void {
    if (this.#bytes.length === 0) {
      this.#bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      return;
    }
    const byteCount = this.#bytes.length + chunk.length;
    let from = this.#bytes.byteOffset - this.#room.byteOffset;
    if (this.#bytes.buffer !== this.#room.buffer || from + byteCount > this.#room.length) {
      this.#room = Buffer.allocUnsafeSlow(2 * byteCount);
      this.#bytes.copy(this.#room);
      from = 0;
    }
    this.#room.set(chunk, from + this.#bytes.length);
    this.#bytes = this.#room.subarray(from, from + byteCount);
  }

  /** Takes one step; returns whether another may be possible. */
  #step(arrivedAtMs: number): boolean {
    switch (this.#state) {
      case 'between':
        return this.#findDelimiter();
      case 'headers':
        return this.#readHeaders();
      case 'body':
        return this.#readBody(arrivedAtMs);
    }
  }

  #findDelimiter(): boolean {
    this.#delimiter ??= firstDelimiter(this.#bytes);
    const at = this.#delimiter === undefined ? -1 : this.#bytes.indexOf(this.#delimiter);
    const lineEnd = at < 0 ? -1 : this.#bytes.indexOf(LF, at);
    if (this.#endedByLength && at >= 0) {
      // Between a part and the delimiter, only one line end and a few dashes may stand.
      if (at > 8) this.#distrust();
      this.#endedByLength = false;
    }
    if (lineEnd < 0) {
      if (this.#bytes.length > (this.#endedByLength ? MAX_PART_BYTES : MAX_BETWEEN_BYTES))
        this.#fail('no boundary comes between its parts');
      return false;
    }
    this.#skip(lineEnd + 1);
    this.#state = 'headers';
    return true;
  }

  #readHeaders(): boolean {
    const end = endOfHeaders(this.#bytes);
    if (end === undefined) {
      if (this.#bytes.length > MAX_HEADER_BYTES) this.#fail('the headers of a part do not end');
      return false;
    }
    this.#headers = readHeaders(this.#bytes.toString('latin1', 0, end));
    this.#skip(end);
    this.#jpegEnd = new JpegEnd();
    this.#searched = 0;
    this.#beganAtMs = undefined;
    this.#state = 'body';
    return true;
  }

  #readBody(arrivedAtMs: number): boolean {
    const declared = this.#trustsLengths ? lengthOf(this.#headers) : undefined;
    if ((declared ?? this.#bytes.length) > MAX_PART_BYTES) {
      this.#fail(`a part has more than ${MAX_PART_BYTES / 2 ** 20} MiB`);
      return false;
    }
    if (this.#bytes.length === 0) return false;
    this.#beganAtMs ??= arrivedAtMs;
    if (declared !== undefined) return this.#readDeclared(declared, arrivedAtMs);
    const jpegEnd = this.#jpegEnd.find(this.#bytes);
    if (jpegEnd !== undefined) return this.#emit(jpegEnd, arrivedAtMs);
    const delimiterAt = this.#bytes.indexOf(this.#delimiter!, this.#searched);
    this.#searched = Math.max(0, this.#bytes.length - this.#delimiter!.length);
    return delimiterAt >= 0 && this.#emit(withoutLineEnd(this.#bytes, delimiterAt), arrivedAtMs);
  }

  #readDeclared(length: number, arrivedAtMs: number): boolean {
    if (this.#bytes.length < length) return false;
    if (this.#bytes.subarray(0, length).includes(this.#delimiter!)) {
      this.#distrust();
      return true;
    }
    this.#endedByLength = true;
    return this.#emit(length, arrivedAtMs);
  }

  #emit(length: number, arrivedAtMs: number): boolean {
    const bytes = Uint8Array.from(this.#bytes.subarray(0, length));
    this.#skip(length);
    this.#state = 'between';
    if (length > 0)
      this.#events.onPart({ headers: this.#headers, bytes, beganAtMs: this.#beganAtMs ?? arrivedAtMs, arrivedAtMs });
    return true;
  }

  #distrust(): void {
    if (this.#trustsLengths)
      this.#events.onNotice('the camera states wrong lengths for its pictures; Nowcast ignores them from now on');
    this.#trustsLengths = false;
  }

  #skip(count: number): void {
    this.#bytes = this.#bytes.subarray(count);
  }

  #fail(reason: string): void {
    this.#isOver = true;
    this.#bytes = EMPTY;
    this.#events.onMalformed(reason);
  }
}

const EMPTY = Buffer.alloc(0);
const LF = 0x0a;
const CR = 0x0d;

/** The first whole line that begins with two dashes. */
function firstDelimiter(bytes: Buffer): Buffer | undefined {
  const line = /(?:^|\n)(--[^\r\n]+)\r?\n/.exec(bytes.toString('latin1', 0, MAX_BETWEEN_BYTES))?.[1].trimEnd();
  return line === undefined ? undefined : Buffer.from(line, 'latin1');
}

/** Start of the body: after the first empty line, which may be the very first. */
function endOfHeaders(bytes: Buffer): number | undefined {
  for (let from = 0; ;) {
    const end = bytes.indexOf(LF, from);
    if (end < 0) return undefined;
    if (end === from || (end === from + 1 && bytes[from] === CR)) return end + 1;
    from = end + 1;
  }
}

function readHeaders(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

function lengthOf(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get('content-length') ?? '';
  return /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** The line end before a delimiter belongs to the delimiter; so do dashes beyond two. */
function withoutLineEnd(bytes: Buffer, delimiterAt: number): number {
  let to = delimiterAt;
  while (to > 0 && bytes[to - 1] === 0x2d) to -= 1;
  if (to > 0 && bytes[to - 1] === LF) to -= 1;
  if (to > 0 && bytes[to - 1] === CR) to -= 1;
  return to;
}

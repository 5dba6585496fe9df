/** One RTSP request as received; names of headers in lower case. */
export type RtspRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

const MAX_REQUEST_BYTES = 65_536;

/** Finds the requests among a client's bytes, and skips its interleaved RTCP. */
export class RequestReader {
  #waiting: Buffer = Buffer.alloc(0);

  /** Returns the complete requests. Throws if a request is not RTSP. */
  push(piece: Buffer): RtspRequest[] {
    this.#waiting = Buffer.concat([this.#waiting, piece]);
    const requests: RtspRequest[] = [];
    for (;;) {
      if (this.#waiting[0] === 0x24) {
        if (this.#waiting.length < 4 || this.#waiting.length < 4 + this.#waiting.readUInt16BE(2)) return requests;
        this.#waiting = this.#waiting.subarray(4 + this.#waiting.readUInt16BE(2));
        continue;
      }
      const end = this.#waiting.indexOf('\r\n\r\n');
      if (end < 0 && this.#waiting.length > MAX_REQUEST_BYTES) throw new Error('a request without an end');
      if (end < 0) return requests;
      const [first, ...lines] = this.#waiting.toString('latin1', 0, end).split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const bodyBytes = Number(headers['content-length'] ?? 0);
      if (this.#waiting.length < end + 4 + bodyBytes) return requests;
      this.#waiting = this.#waiting.subarray(end + 4 + bodyBytes);
      const [method, url] = first.split(' ');
      requests.push({ method: method ?? '', url: url ?? '', headers });
    }
  }
}

/** Header fields by their names in lower case; a repeated field has several values. */
export type RtspHeaders = ReadonlyMap<string, readonly string[]>;

export type RtspReply = {
  readonly kind: 'reply';
  /** `HTTP` if a web server answers. */
  readonly protocol: 'RTSP' | 'HTTP';
  readonly status: number;
  readonly headers: RtspHeaders;
  readonly body: Uint8Array;
};

/** A request of a server to its client (RFC 2326 §10: OPTIONS, ANNOUNCE, GET_PARAMETER, SET_PARAMETER, REDIRECT). */
export type RtspRequest = {
  readonly kind: 'request';
  readonly method: string;
  readonly headers: RtspHeaders;
  readonly body: Uint8Array;
};

export type RtspMessage = RtspReply | RtspRequest;

type Start = Pick<RtspReply, 'kind' | 'protocol' | 'status'> | Pick<RtspRequest, 'kind' | 'method'>;

/** The first value of a field; its name in lower case. */
export function headerOf(headers: RtspHeaders, name: string): string | undefined {
  return headers.get(name)?.[0];
}

const STATUS_LINE = /^(RTSP|HTTP)\/\d+\.\d+[ \t]+(\d{3})(?:[ \t]|$)/i;
const REQUEST_LINE = /^([A-Z_]{3,32})[ \t]+\S+[ \t]+RTSP\/\d+\.\d+$/i;
/** More lines than any camera sends; further lines are discarded. */
const MOST_FIELDS = 128;
/** The longest body of a message; session descriptions are the longest in practice. */
const MOST_BODY_BYTES = 256 * 1024;

/** A message that is read line by line. */
export class MessageDraft {
  readonly #start: Start;
  readonly #fields = new Map<string, string[]>();
  #count = 0;
  #last: string[] | undefined;

  private constructor(start: Start) {
    this.#start = start;
  }

  /** Undefined if the line does not begin a message. */
  static begin(line: string): MessageDraft | undefined {
    const status = STATUS_LINE.exec(line);
    if (status !== null)
      return new MessageDraft({
        kind: 'reply',
        protocol: status[1].toUpperCase() as 'RTSP' | 'HTTP',
        status: Number(status[2]),
      });
    const request = REQUEST_LINE.exec(line);
    return request === null ? undefined : new MessageDraft({ kind: 'request', method: request[1].toUpperCase() });
  }

  /** A line that is not a field is skipped; a line that begins with a space continues the previous field. */
  addLine(line: string): void {
    if (/^[ \t]/.test(line)) {
      if (this.#last !== undefined && this.#count++ < MOST_FIELDS)
        this.#last.push(`${this.#last.pop() ?? ''} ${line.trim()}`);
      return;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || this.#count++ >= MOST_FIELDS) return;
    const name = line.slice(0, colon).trim().toLowerCase();
    this.#last = this.#fields.get(name) ?? [];
    this.#last.push(line.slice(colon + 1).trim());
    this.#fields.set(name, this.#last);
  }

  /** Length in bytes of the body after the empty line; undefined if it exceeds the length that any camera sends. */
  get bodyLength(): number | undefined {
    const text = headerOf(this.#fields, 'content-length') ?? '0';
    const length = /^\d+$/.test(text) ? Number(text) : 0;
    return length <= MOST_BODY_BYTES ? length : undefined;
  }

  finish(body: Uint8Array): RtspMessage {
    return { ...this.#start, headers: this.#fields, body };
  }
}

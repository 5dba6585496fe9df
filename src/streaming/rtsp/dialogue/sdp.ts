/** One `m=` section of a session description (RFC 4566 §5.14), reduced to the parts that a receiver needs. */
export type MediaSection = {
  /** `video`, `audio`, `application`, … in lower case. */
  readonly type: string;
  /** `RTP/AVP` and the like, in upper case. */
  readonly protocol: string;
  readonly payloadTypes: readonly number[];
  /** By payload type. */
  readonly encodings: ReadonlyMap<number, Encoding>;
  /** The text of `a=fmtp` by payload type; several lines for one type are joined. */
  readonly formats: ReadonlyMap<number, string>;
  /** `a=control` as written. */
  readonly control?: string;
  /** `a=framesize` or `a=x-dimensions`, in pixels. */
  readonly size?: { readonly width: number; readonly height: number };
};

/** `a=rtpmap`: the encoding's name in upper case, and the rate of its RTP clock in Hz. */
export type Encoding = { readonly name: string; readonly clockRate: number };

export type SessionDescription = {
  /** `a=control` before the first section, as written. */
  readonly control?: string;
  readonly media: readonly MediaSection[];
};

type Draft = {
  type: string;
  protocol: string;
  payloadTypes: number[];
  encodings: Map<number, Encoding>;
  formats: Map<number, string>;
  control?: string;
  size?: { width: number; height: number };
};

/** More than any camera writes. The rest is ignored. */
const MOST_CHARACTERS = 256 * 1024;
const MOST_SECTIONS = 64;
const MOST_PAYLOAD_TYPES = 64;
const MOST_FORMAT_CHARACTERS = 16 * 1024;

/**
 * Reads a session description (RFC 4566) as cameras write them: with any line ends, lines in any order, and meaningless
 * lines. The first of two equal attributes counts. Never throws.
 */
export function parseSdp(text: string): SessionDescription {
  const media: Draft[] = [];
  let control: string | undefined;
  for (const raw of text.slice(0, MOST_CHARACTERS).split(/[\r\n]+/)) {
    const line = raw.trim();
    if (/^m\s*=/i.test(line)) {
      if (media.length === MOST_SECTIONS) break;
      media.push(sectionOf(line));
      continue;
    }
    const [, name, value] = /^a\s*=\s*([\w-]+)\s*:\s*(.*)$/i.exec(line) ?? [];
    if (name === undefined) continue;
    const section = media.at(-1);
    if (section !== undefined) addAttribute(section, name.toLowerCase(), value);
    else if (name.toLowerCase() === 'control' && value !== '') control ??= value;
  }
  return { media, ...(control === undefined ? {} : { control }) };
}

/** `m=video 0 RTP/AVP 96 97`; the port has no meaning over RTSP. */
function sectionOf(line: string): Draft {
  const [type = '', , protocol = '', ...formats] = line
    .slice(line.indexOf('=') + 1)
    .trim()
    .split(/\s+/, MOST_PAYLOAD_TYPES + 3);
  return {
    type: type.toLowerCase(),
    protocol: protocol.toUpperCase(),
    payloadTypes: formats
      .filter((format) => /^\d{1,3}$/.test(format))
      .map(Number)
      .filter((payloadType) => payloadType < 128),
    encodings: new Map(),
    formats: new Map(),
  };
}

function addAttribute(section: Draft, name: string, value: string): void {
  if (name === 'control') {
    if (value !== '') section.control ??= value;
    return;
  }
  if (name === 'framesize' || name === 'x-dimensions') {
    const [, width, height] = /(?:^|\s)(\d{1,5})\s*[-,x]\s*(\d{1,5})$/.exec(value.trim()) ?? [];
    if (Number(width) > 0 && Number(height) > 0) section.size ??= { width: Number(width), height: Number(height) };
    return;
  }
  if (name !== 'rtpmap' && name !== 'fmtp') return;
  const [, digits, rest] = /^(\d{1,3})\s+(.+)$/.exec(value) ?? [];
  const payloadType = Number(digits);
  if (rest === undefined || payloadType > 127) return;
  if (name === 'rtpmap') {
    const [, encoding, rate] = /^([^\s/]+)(?:\s*\/\s*(\d{1,9}))?/.exec(rest) ?? [];
    if (encoding === undefined || section.encodings.has(payloadType)) return;
    section.encodings.set(payloadType, { name: encoding.toUpperCase(), clockRate: Number(rate ?? 0) });
  } else {
    const before = section.formats.get(payloadType);
    const joined = before === undefined ? rest : `${before};${rest}`;
    if (joined.length <= MOST_FORMAT_CHARACTERS) section.formats.set(payloadType, joined);
  }
}

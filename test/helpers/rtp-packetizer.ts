/**
 * The sender's half of RTP: packets for H.264 (RFC 6184), H.265 (RFC 7798) and JPEG (RFC 2435), and RTCP sender
 * reports.
 */

export type RtpFields = {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly marker: boolean;
  readonly csrcs?: readonly number[];
  /** A header extension; the data's length is a multiple of 4. */
  readonly extension?: { readonly profile: number; readonly data: Uint8Array };
  /** Padding bytes at the end, the count included; 0 for none. */
  readonly padding?: number;
};

export function rtpPacket(fields: RtpFields, payload: Uint8Array): Buffer {
  const { csrcs = [], extension, padding = 0 } = fields;
  const head = Buffer.alloc(12 + csrcs.length * 4 + (extension ? 4 + extension.data.length : 0));
  head[0] = 0x80 | (padding > 0 ? 0x20 : 0) | (extension ? 0x10 : 0) | csrcs.length;
  head[1] = (fields.marker ? 0x80 : 0) | fields.payloadType;
  head.writeUInt16BE(fields.sequence & 0xffff, 2);
  head.writeUInt32BE(modulo32(fields.timestamp), 4);
  head.writeUInt32BE(fields.ssrc >>> 0, 8);
  csrcs.forEach((csrc, index) => head.writeUInt32BE(csrc >>> 0, 12 + index * 4));
  if (extension) {
    const at = 12 + csrcs.length * 4;
    head.writeUInt16BE(extension.profile, at);
    head.writeUInt16BE(extension.data.length / 4, at + 2);
    head.set(extension.data, at + 4);
  }
  const tail = Buffer.alloc(padding);
  if (padding > 0) tail[padding - 1] = padding;
  return Buffer.concat([head, payload, tail]);
}

export type SenderReportFields = {
  readonly ssrc: number;
  /** The sender's wall clock in Unix milliseconds; undefined writes NTP 0, "no wall clock" (RFC 3550 §6.4.1). */
  readonly unixMs: number | undefined;
  readonly rtpTimestamp: number;
  readonly packets?: number;
  readonly octets?: number;
};

/** A compound RTCP packet: a sender report, then a CNAME (RFC 3550 §6.1 asks for both). */
export function senderReport(fields: SenderReportFields): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(fields.ssrc >>> 0, 4);
  if (fields.unixMs !== undefined) {
    const seconds = fields.unixMs / 1000 + 2_208_988_800;
    report.writeUInt32BE(modulo32(Math.floor(seconds)), 8);
    report.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), 12);
  }
  report.writeUInt32BE(modulo32(fields.rtpTimestamp), 16);
  report.writeUInt32BE(modulo32(fields.packets ?? 0), 20);
  report.writeUInt32BE(modulo32(fields.octets ?? 0), 24);
  const name = Buffer.from('test-camera');
  const description = Buffer.alloc(Math.ceil((10 + name.length + 1) / 4) * 4);
  description[0] = 0x81;
  description[1] = 202;
  description.writeUInt16BE(description.length / 4 - 1, 2);
  description.writeUInt32BE(fields.ssrc >>> 0, 4);
  description[8] = 1;
  description[9] = name.length;
  description.set(name, 10);
  return Buffer.concat([report, description]);
}

/** An RTCP BYE (RFC 3550 §6.6). */
export function goodbye(ssrc: number): Buffer {
  const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 0]);
  bye.writeUInt32BE(ssrc >>> 0, 4);
  return bye;
}

/** Payloads of one H.264 NAL unit: itself where it fits `mtu`, else FU-A fragments. */
export function h264Payloads(nal: Uint8Array, mtu = 1400): Uint8Array[] {
  if (nal.length <= mtu) return [nal];
  const header = nal[0];
  return fragments(nal.subarray(1), mtu - 2).map(({ data, first, last }) =>
    Buffer.concat([
      Buffer.from([(header & 0xe0) | 28, (first ? 0x80 : 0) | (last ? 0x40 : 0) | (header & 0x1f)]),
      data,
    ]),
  );
}

/** One STAP-A payload of several H.264 NAL units. */
export function h264Aggregate(nals: readonly Uint8Array[]): Uint8Array {
  const importance = Math.max(...nals.map((nal) => nal[0] & 0x60));
  return Buffer.concat([Buffer.from([importance | 24]), ...withLengths(nals)]);
}

/** Payloads of one H.265 NAL unit: itself where it fits `mtu`, else FU fragments. */
export function h265Payloads(nal: Uint8Array, mtu = 1400): Uint8Array[] {
  if (nal.length <= mtu) return [nal];
  const type = (nal[0] >> 1) & 0x3f;
  return fragments(nal.subarray(2), mtu - 3).map(({ data, first, last }) =>
    Buffer.concat([
      Buffer.from([(nal[0] & 0x81) | (49 << 1), nal[1], (first ? 0x80 : 0) | (last ? 0x40 : 0) | type]),
      data,
    ]),
  );
}

/** One aggregation packet of several H.265 NAL units. */
export function h265Aggregate(nals: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Buffer.from([48 << 1, 1]), ...withLengths(nals)]);
}

export type JpegPayloadOptions = {
  readonly mtu?: number;
  /**
   * 255 (default) and 128..254 send the tables in band; 1..99 leave them out: the JPEG must have that quality's IJG
   * tables.
   */
  readonly q?: number;
  /** Omits the in-band tables (length 0), like a sender that has sent those of this Q (128..254) before. */
  readonly omitTables?: boolean;
};

/**
 * Payloads of one baseline JPEG (RFC 2435). It must be 4:2:2 or 4:2:0 with the standard Huffman tables
 * (ffmpeg: `-huffman default`), at most 2040 by 2040.
 */
export function jpegPayloads(
  jpeg: Uint8Array,
  { mtu = 1400, q = 255, omitTables = false }: JpegPayloadOptions = {},
): Uint8Array[] {
  const { width, height, type, tables, precision, restartInterval, scan } = jpegParts(jpeg);
  const payloads: Uint8Array[] = [];
  for (let offset = 0; offset < scan.length || offset === 0;) {
    const main = Buffer.from([
      0,
      offset >> 16,
      (offset >> 8) & 0xff,
      offset & 0xff,
      type | (restartInterval ? 64 : 0),
      q,
      Math.ceil(width / 8),
      Math.ceil(height / 8),
    ]);
    const head = [main];
    if (restartInterval) head.push(Buffer.from([restartInterval >> 8, restartInterval & 0xff, 0xff, 0xff]));
    if (offset === 0 && q >= 128) {
      const size = omitTables ? 0 : tables.length;
      head.push(Buffer.from([0, omitTables ? 0 : precision, size >> 8, size & 0xff]));
      if (!omitTables) head.push(tables);
    }
    const headBytes = head.reduce((sum, part) => sum + part.length, 0);
    const data = scan.subarray(offset, offset + Math.max(1, mtu - headBytes));
    payloads.push(Buffer.concat([...head, data]));
    offset += data.length;
    if (data.length === 0) break;
  }
  return payloads;
}

/** NAL units of an Annex B byte stream, without start codes. */
export function splitAnnexB(stream: Uint8Array): Buffer[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const code = Buffer.from([0, 0, 1]);
  const nals: Buffer[] = [];
  for (let at = bytes.indexOf(code); at >= 0;) {
    const next = bytes.indexOf(code, at + 3);
    let end = next < 0 ? bytes.length : next;
    while (end > at + 3 && bytes[end - 1] === 0) end -= 1;
    if (end > at + 3) nals.push(bytes.subarray(at + 3, end));
    at = next;
  }
  return nals;
}

/**
 * NAL units of each picture of an Annex B stream: parameter sets, SEI and delimiters go with the slices that follow.
 */
export function annexBPictures(codec: 'h264' | 'h265', stream: Uint8Array): Buffer[][] {
  const pictures: Buffer[][] = [];
  let current: Buffer[] = [];
  let hasSlice = false;
  for (const nal of splitAnnexB(stream)) {
    const slice = codec === 'h264' ? [1, 5].includes(nal[0] & 0x1f) : ((nal[0] >> 1) & 0x3f) < 32;
    // first_mb_in_slice is 0, or first_slice_segment_in_pic_flag is 1, exactly if this bit is set.
    const firstSlice = slice && (nal[codec === 'h264' ? 1 : 2] & 0x80) !== 0;
    const suffix = codec === 'h265' && ((nal[0] >> 1) & 0x3f) === 40;
    if (hasSlice && !suffix && (!slice || firstSlice)) {
      pictures.push(current);
      current = [];
      hasSlice = false;
    }
    current.push(nal);
    hasSlice ||= slice;
  }
  if (hasSlice) pictures.push(current);
  return pictures;
}

/** JPEG files of an MJPEG byte stream. */
export function splitJpegs(stream: Uint8Array): Buffer[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const files: Buffer[] = [];
  for (let at = bytes.indexOf('ffd8ff', 0, 'hex'); at >= 0;) {
    // Within the scan an 0xff is followed by 0 or a restart marker, so an end marker is an end.
    const end = bytes.indexOf('ffd9', at, 'hex');
    if (end < 0) break;
    files.push(bytes.subarray(at, end + 2));
    at = bytes.indexOf('ffd8ff', end + 2, 'hex');
  }
  return files;
}

/** Numbers the packets of one RTP stream. Sequence and timestamp wrap as they do on the wire. */
export class RtpSender {
  readonly ssrc: number;
  sequence: number;
  packets = 0;
  octets = 0;
  readonly #payloadType: number;

  constructor({ payloadType = 96, ssrc = 0x1234, sequence = 1 } = {}) {
    this.#payloadType = payloadType;
    this.ssrc = ssrc;
    this.sequence = sequence;
  }

  packet(payload: Uint8Array, timestamp: number, marker: boolean): Buffer {
    const packet = rtpPacket(
      { payloadType: this.#payloadType, sequence: this.sequence, timestamp, ssrc: this.ssrc, marker },
      payload,
    );
    this.sequence = (this.sequence + 1) & 0xffff;
    this.packets += 1;
    this.octets += payload.length;
    return packet;
  }

  /** All payloads of one picture at one timestamp, with the marker on the last, as the RFC requires. */
  picture(payloads: readonly Uint8Array[], timestamp: number): Buffer[] {
    return payloads.map((payload, index) => this.packet(payload, timestamp, index === payloads.length - 1));
  }

  report(unixMs: number | undefined, rtpTimestamp: number): Buffer {
    return senderReport({ ssrc: this.ssrc, unixMs, rtpTimestamp, packets: this.packets, octets: this.octets });
  }
}

function jpegParts(jpeg: Uint8Array) {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.length);
  const quantizers = new Map<number, { wide: boolean; data: Buffer }>();
  let frame: { width: number; height: number; type: number; order: number[] } | undefined;
  let restartInterval = 0;
  let at = 2;
  for (;;) {
    const marker = bytes[at + 1];
    const segment = bytes.subarray(at + 4, at + 2 + bytes.readUInt16BE(at + 2));
    at += 4 + segment.length;
    if (marker === 0xdb) {
      for (let offset = 0; offset < segment.length;) {
        const wide = segment[offset] >> 4 === 1;
        const size = wide ? 128 : 64;
        quantizers.set(segment[offset] & 15, { wide, data: segment.subarray(offset + 1, offset + 1 + size) });
        offset += 1 + size;
      }
    } else if (marker === 0xc0) {
      const sampling = segment[7];
      if (segment[5] !== 3 || (sampling !== 0x21 && sampling !== 0x22))
        throw new Error('RFC 2435 carries 4:2:2 and 4:2:0 alone');
      frame = {
        height: segment.readUInt16BE(1),
        width: segment.readUInt16BE(3),
        type: sampling === 0x21 ? 0 : 1,
        order: [segment[8], segment[11]],
      };
    } else if (marker === 0xdd) restartInterval = segment.readUInt16BE(0);
    else if (marker === 0xda) break;
    else if (marker === 0xc2) throw new Error('RFC 2435 carries no progressive JPEG');
  }
  if (!frame) throw new Error('a JPEG without a baseline frame header');
  const used = frame.order.map((id) => quantizers.get(id)!);
  return {
    ...frame,
    restartInterval,
    tables: Buffer.concat(used.map(({ data }) => data)),
    precision: (used[0].wide ? 1 : 0) | (used[1].wide ? 2 : 0),
    scan: bytes.subarray(at, bytes.lastIndexOf('ffd9', undefined, 'hex')),
  };
}

function fragments(body: Uint8Array, size: number): { data: Uint8Array; first: boolean; last: boolean }[] {
  const parts = [];
  for (let at = 0; at < body.length; at += size) {
    parts.push({ data: body.subarray(at, at + size), first: at === 0, last: at + size >= body.length });
  }
  return parts;
}

function withLengths(nals: readonly Uint8Array[]): Uint8Array[] {
  return nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]);
}

function modulo32(value: number): number {
  return ((Math.floor(value) % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

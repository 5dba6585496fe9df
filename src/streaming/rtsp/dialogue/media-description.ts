import type { UnitCodec } from '../../../core/coded-unit.js';
import type { Encoding, MediaSection, SessionDescription } from './sdp.js';

/** The video track to read, from its session description. */
export type MediaDescription = {
  readonly codec: UnitCodec;
  readonly payloadType: number;
  /** Hz of the RTP clock. */
  readonly clockRate: number;
  /** `a=fmtp`, names in lower case. */
  readonly formatParameters: ReadonlyMap<string, string>;
  /** NAL units without start codes, in decoding order; empty if they come only in the stream. */
  readonly parameterSets: readonly Uint8Array[];
  /** `a=control` as written. */
  readonly control?: string;
  /** Of the pictures in pixels, if given. */
  readonly size?: { readonly width: number; readonly height: number };
};

/**
 * A track that Nowcast reads, or the reason why there is none: another program may read an `unsupported` one; for
 * `absent` there is nothing to read.
 */
export type ChosenMedia =
  { readonly media: MediaDescription } | { readonly unsupported: string } | { readonly absent: string };

/** RFC 3551 §6: payload types that need no `rtpmap`. */
const STATIC_ENCODINGS: ReadonlyMap<number, Encoding> = new Map([[26, { name: 'JPEG', clockRate: 90_000 }]]);
const CODECS: ReadonlyMap<string, UnitCodec> = new Map([
  ['H264', 'h264'],
  ['H265', 'h265'],
  ['HEVC', 'h265'],
  ['JPEG', 'mjpeg'],
]);
/** RFC 6184 §8.2.1, RFC 7798 §7.1: where parameter sets stand. */
const PARAMETER_SETS: Readonly<Record<UnitCodec, readonly string[]>> = {
  h264: ['sprop-parameter-sets'],
  h265: ['sprop-vps', 'sprop-sps', 'sprop-pps'],
  mjpeg: [],
};
/** Payload formats of video over RTP; some cameras write another profile, or none. */
const VIDEO_CLOCK_RATE = 90_000;
const MOST_PARAMETER_SETS = 64;

/** Picks the first video track with a codec that Nowcast depacketizes itself. */
export function chooseVideo({ media }: SessionDescription): ChosenMedia {
  const videos = media.filter(({ type }) => type === 'video');
  if (media.length === 0) return { absent: 'the camera does not describe its stream' };
  if (videos.length === 0) return { absent: 'no video in this stream (audio only)' };
  const obstacles: string[] = [];
  for (const section of videos) {
    for (const payloadType of section.payloadTypes) {
      const encoding = section.encodings.get(payloadType) ?? STATIC_ENCODINGS.get(payloadType);
      const codec = CODECS.get(encoding?.name ?? '');
      if (encoding === undefined || codec === undefined) {
        obstacles.push(`the video is ${nameOf(encoding)}`);
        continue;
      }
      const description = describe(section, payloadType, codec, encoding.clockRate);
      const obstacle = obstacleIn(section, description);
      if (obstacle === undefined) return { media: description };
      obstacles.push(obstacle);
    }
  }
  return { unsupported: obstacles[0] ?? 'the camera does not name the codec of its video' };
}

function describe(section: MediaSection, payloadType: number, codec: UnitCodec, clockRate: number): MediaDescription {
  const formatParameters = parametersOf(section.formats.get(payloadType) ?? '');
  return {
    codec,
    payloadType,
    clockRate: clockRate > 0 ? clockRate : VIDEO_CLOCK_RATE,
    formatParameters,
    parameterSets: PARAMETER_SETS[codec].flatMap((name) => unitsOf(formatParameters.get(name) ?? '')),
    ...(section.control === undefined ? {} : { control: section.control }),
    ...(section.size === undefined ? {} : { size: section.size }),
  };
}

function obstacleIn({ protocol }: MediaSection, { codec, formatParameters }: MediaDescription): string | undefined {
  if (protocol.includes('SAVP')) return 'the video is encrypted (SRTP)';
  if (!/^RTP\/AVPF?(?:\/|$)/.test(protocol)) return 'the video does not come as RTP';
  // RFC 6184 §6.4: pictures in another order than decoding order.
  if (codec === 'h264' && formatParameters.get('packetization-mode') === '2')
    return 'the video is H.264 in interleaved mode';
  // RFC 7798 §7.1: a packet's payload then has other fields (DONL).
  if (codec === 'h265' && Number(formatParameters.get('sprop-max-don-diff') ?? 0) > 0)
    return 'the video is H.265 with decoding order numbers (sprop-max-don-diff)';
  return undefined;
}

/** Messages contain a name from outside only as letters and digits. */
function nameOf(encoding: Encoding | undefined): string {
  const name = encoding?.name.replaceAll(/[^\w.-]/g, '').slice(0, 24) ?? '';
  return name === '' ? 'in a codec that the camera does not name' : name;
}

/** `name=value;name=value`, with or without spaces. The first of two equal names counts. */
function parametersOf(format: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of format.split(';')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name !== '' && !parameters.has(name)) parameters.set(name, equals < 0 ? '' : part.slice(equals + 1).trim());
  }
  return parameters;
}

/** Base64, separated by commas. Some cameras include start codes, which are not part of a NAL unit. */
function unitsOf(text: string): Uint8Array[] {
  return text
    .split(',', MOST_PARAMETER_SETS)
    .map((base64) => Buffer.from(base64.trim(), 'base64'))
    .map((unit) => unit.subarray(startCodeLength(unit)))
    .filter((unit) => unit.length > 1);
}

function startCodeLength(unit: Uint8Array): number {
  const zeros = unit.findIndex((byte) => byte !== 0);
  return zeros >= 2 && unit[zeros] === 1 ? zeros + 1 : 0;
}

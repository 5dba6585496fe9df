import { InternalError } from '../../core/errors.js';
import type { Size } from '../../core/size.js';

/** NUT's names for the pictures of a stream: planar 4:2:0, or one of the codecs. */
export type NutTag = 'I420' | 'H264' | 'HEVC' | 'MJPG';

/**
 * Pictures with exact presentation times in the form that ffmpeg reads from a pipe: NUT with one stream and a time base
 * of one microsecond. A coded picture is written unchanged and whole: ffmpeg needs no parser to find its end, and waits
 * for no other. Each picture has its own header, so the picture itself need not be copied.
 *
 * Source: the NUT specification (nut.txt, version 3).
 *
 * @param picture size in pixels; any for coded pictures, which contain their size
 * @param sampleAspect 1 for square pixels, 0 if the coded pictures state their shape
 */
export function nutFileHeader(picture: Size, tag: NutTag = 'I420', sampleAspect: 0 | 1 = 1): Buffer {
  return Buffer.concat([
    Buffer.from('nut/multimedia container\0'),
    packet(MAIN, mainHeader()),
    packet(STREAM, streamHeader(picture, tag, sampleAspect)),
  ]);
}

/**
 * The bytes before each picture.
 * @param ptsUs presentation time, an integer of 0 or more
 * @throws InternalError for another time
 */
export function nutFrameHeader(ptsUs: number, byteLength: number, isKey = true): Buffer {
  if (!Number.isInteger(ptsUs) || ptsUs < 0)
    throw new InternalError(`a picture's time must be an integer of 0 µs or more, got ${ptsUs}`);
  const syncpoint = packet(SYNCPOINT, [...varint(ptsUs), ...varint(0)]);
  // Times are coded whole: 2^0 is added, because the stream's header states that no bits are omitted.
  const header = Buffer.from([isKey ? KEY_CODE : OTHER_CODE, ...varint(ptsUs + 1), ...varint(byteLength)]);
  return Buffer.concat([syncpoint, header, checksum(header)]);
}

const MAIN = 0x4e4d_7a56_1f5f_04adn;
const STREAM = 0x4e53_1140_5bf2_f9dbn;
const SYNCPOINT = 0x4e4b_e4ad_eeca_4569n;
const KEY_CODE = 0;
const OTHER_CODE = 1;
/** Every picture has its time, its size and a checksum of its header (CODED_PTS, SIZE_MSB, CHECKSUM). */
const FRAME_FLAGS = 8 | 32 | 64;
const KEY_FLAG = 1;
const MAX_DISTANCE = 65_536;

function mainHeader(): number[] {
  const version = 3;
  const streamCount = 1;
  const timeBases = [...varint(1), ...varint(1), ...varint(1_000_000)];
  // Two runs of frame codes, each with equal values: ptsDelta 0, sizeFactor 1, stream 0, size 0, reserved 0, and their
  // count.
  const run = (flags: number, codes: number): number[] => [flags, 6, 0, 1, 0, 0, 0, codes].flatMap(varint);
  const frameCodes = [...run(FRAME_FLAGS | KEY_FLAG, 1), ...run(FRAME_FLAGS, 254)];
  const elidedHeaders = varint(0);
  return [
    ...varint(version),
    ...varint(streamCount),
    ...varint(MAX_DISTANCE),
    ...timeBases,
    ...frameCodes,
    ...elidedHeaders,
  ];
}

function streamHeader({ width, height }: Size, tag: NutTag, sampleAspect: 0 | 1): number[] {
  const [id, videoClass, timeBase, msbShift, maxPtsDistance, decodeDelay, flags, codecBytes] = [
    0, 0, 0, 0, 1_000_000, 0, 0, 0,
  ];
  const [sampleWidth, sampleHeight, colourSpace] = [sampleAspect, sampleAspect, 0];
  return [
    ...[id, videoClass].flatMap(varint),
    ...varint(4),
    ...Buffer.from(tag),
    ...[
      timeBase,
      msbShift,
      maxPtsDistance,
      decodeDelay,
      flags,
      codecBytes,
      width,
      height,
      sampleWidth,
      sampleHeight,
      colourSpace,
    ].flatMap(varint),
  ];
}

function packet(startcode: bigint, body: readonly number[]): Buffer {
  const code = Buffer.alloc(8);
  code.writeBigUInt64BE(startcode);
  const content = Buffer.from(body);
  return Buffer.concat([code, Buffer.from(varint(content.length + 4)), content, checksum(content)]);
}

/** The specification's `v`: seven bits a byte, the highest first. */
function varint(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 128);
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c1_1db7 : 0);
  return crc >>> 0;
});

/** CRC-32 with the highest bit first, beginning with 0. */
function checksum(bytes: Uint8Array): Buffer {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte];
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(crc >>> 0);
  return buffer;
}

import type { Size } from '../../core/letterbox.js';

/**
 * Raw pictures with exact presentation times, as ffmpeg reads them from a pipe: NUT with one stream of planar 4:2:0
 * pictures and a time base of one microsecond. Each picture has a header of its own, so that the picture itself needs
 * not be copied.
 *
 * Source: the NUT specification (nut.txt, version 3).
 */
export function nutFileHeader(picture: Size): Buffer {
  return Buffer.concat([Buffer.from('nut/multimedia container\0'), packet(MAIN, mainHeader()), packet(STREAM, streamHeader(picture))]);
}

/** What goes in front of each picture's bytes. @param ptsUs presentation time, an integer of 0 or more */
export function nutFrameHeader(ptsUs: number, byteLength: number): Buffer {
  const syncpoint = packet(SYNCPOINT, [...varint(ptsUs), ...varint(0)]);
  // Times are coded whole: 2^0 is added, as the stream's header says that no bits are left out.
  const header = Buffer.from([FRAME_CODE, ...varint(ptsUs + 1), ...varint(byteLength)]);
  return Buffer.concat([syncpoint, header, checksum(header)]);
}

const MAIN = 0x4e4d_7a56_1f5f_04adn;
const STREAM = 0x4e53_1140_5bf2_f9dbn;
const SYNCPOINT = 0x4e4b_e4ad_eeca_4569n;
const FRAME_CODE = 0;
/** Every picture is a key frame and has its time, its size and a checksum of its header (KEY, CODED_PTS, SIZE_MSB, CHECKSUM). */
const FRAME_FLAGS = 1 | 8 | 32 | 64;
const MAX_DISTANCE = 65_536;

function mainHeader(): number[] {
  const version = 3;
  const streamCount = 1;
  const timeBases = [...varint(1), ...varint(1), ...varint(1_000_000)];
  // One run of frame codes that are all alike: ptsDelta 0, sizeFactor 1, stream 0, size 0, reserved 0, count 255.
  const frameCodes = [...varint(FRAME_FLAGS), ...varint(6), ...varint(0), ...varint(1), ...varint(0), ...varint(0), ...varint(0), ...varint(255)];
  const elidedHeaders = varint(0);
  return [...varint(version), ...varint(streamCount), ...varint(MAX_DISTANCE), ...timeBases, ...frameCodes, ...elidedHeaders];
}

function streamHeader({ width, height }: Size): number[] {
  const [id, videoClass, timeBase, msbShift, maxPtsDistance, decodeDelay, flags, codecBytes] = [0, 0, 0, 0, 1_000_000, 0, 0, 0];
  const [sampleWidth, sampleHeight, colourSpace] = [1, 1, 0];
  return [
    ...[id, videoClass].flatMap(varint), ...varint(4), ...Buffer.from('I420'),
    ...[timeBase, msbShift, maxPtsDistance, decodeDelay, flags, codecBytes, width, height, sampleWidth, sampleHeight, colourSpace].flatMap(varint),
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
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(rest % 128 | 128);
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

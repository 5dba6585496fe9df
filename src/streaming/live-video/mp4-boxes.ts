import type { Size } from '../../core/size.js';

/** Ticks in a second: with microseconds, times in the file are those of the stream to the last bit. */
export const TIMESCALE = 1_000_000;
const TRACK_ID = 1;
/** Sample flags (ISO/IEC 14496-12 §8.8.3.1): a picture that depends on none, and one that does. */
const KEY_FLAGS = 0x02000000;
const DEPENDENT_FLAGS = 0x01010000;
/** The default-base-is-moof flag of `tfhd`: offsets count from the fragment. */
const BASE_IS_MOOF = 0x020000;
/** `trun`: data offset, and of each sample duration, size, flags and composition offset. */
const RUN_FIELDS = 0x000f01;

/** A sample of a video track with its times in ticks of {@link TIMESCALE}. */
export type TimedSample = {
  readonly data: Uint8Array;
  readonly isKey: boolean;
  readonly decodingUs: number;
  readonly presentationUs: number;
  readonly durationUs: number;
};

/** The header of a fragmented MP4 with one track of H.264 (ISO/IEC 14496-12). @param configuration content of `avcC` */
export function initSegment({ width, height }: Size, configuration: Uint8Array): Uint8Array {
  const entry = box(
    'avc1',
    zeros(6),
    u16(1),
    zeros(16),
    u16(width),
    u16(height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    zeros(32),
    u16(24, 0xffff),
    box('avcC', configuration),
  );
  const table = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), entry),
    ...['stts', 'stsc', 'stco'].map((name) => fullBox(name, 0, 0, u32(0))),
    fullBox('stsz', 0, 0, u32(0, 0)),
  );
  const media = box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, TIMESCALE, 0), u16(0x55c4, 0)),
    fullBox('hdlr', 0, 0, u32(0), text('vide'), zeros(12), text('Nowcast\0')),
    box(
      'minf',
      fullBox('vmhd', 0, 1, zeros(8)),
      box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))),
      table,
    ),
  );
  const trackHeader = fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, TRACK_ID, 0, 0, 0, 0, 0, 0),
    MATRIX,
    u32(width * 0x10000, height * 0x10000),
  );
  return Buffer.concat([
    box('ftyp', text('iso5'), u32(0x200), text('iso5iso6mp41')),
    box(
      'moov',
      fullBox(
        'mvhd',
        0,
        0,
        u32(0, 0, TIMESCALE, 0, 0x10000),
        u16(0x100, 0),
        zeros(8),
        MATRIX,
        zeros(24),
        u32(TRACK_ID + 1),
      ),
      box('trak', trackHeader, media),
      box('mvex', fullBox('trex', 0, 0, u32(TRACK_ID, 1, 0, 0, 0))),
    ),
  ]);
}

/** One picture: a `moof` and its `mdat`. @param sequence 1, 2, 3… */
export function fragment(sequence: number, sample: TimedSample): Uint8Array {
  const { data, isKey, decodingUs, presentationUs, durationUs } = sample;
  const moof = (dataOffset: number): Uint8Array =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(sequence)),
      box(
        'traf',
        fullBox('tfhd', 0, BASE_IS_MOOF, u32(TRACK_ID)),
        fullBox('tfdt', 1, 0, u64(decodingUs)),
        fullBox(
          'trun',
          1,
          RUN_FIELDS,
          u32(1, dataOffset, durationUs, data.length, isKey ? KEY_FLAGS : DEPENDENT_FLAGS),
          i32(presentationUs - decodingUs),
        ),
      ),
    );
  return Buffer.concat([moof(moof(0).length + 8), box('mdat', data)]);
}

function box(name: string, ...content: readonly Uint8Array[]): Uint8Array {
  const size = content.reduce((sum, { length }) => sum + length, 8);
  return Buffer.concat([u32(size), text(name), ...content]);
}

function fullBox(name: string, version: number, flags: number, ...content: readonly Uint8Array[]): Uint8Array {
  return box(name, u32(version * 0x1000000 + flags), ...content);
}

function u16(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value, 2 * i);
  return bytes;
}

function u32(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

function i32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function text(characters: string): Uint8Array {
  return Buffer.from(characters, 'latin1');
}

function zeros(count: number): Uint8Array {
  return Buffer.alloc(count);
}

/** No rotation, no scaling (ISO/IEC 14496-12 §8.2.2.2). */
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

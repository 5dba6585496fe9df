import type { CodedUnit, UnitCodec } from '../../core/coded-unit.js';
import type { Size } from '../../core/size.js';
import { nutFileHeader, nutFrameHeader, type NutTag } from './nut-writer.js';

/** The part of a coded unit that a NUT holds, with its time in the stream. */
export type TimedUnit = Pick<CodedUnit, 'data' | 'isKey'> & {
  /** Presentation time in microseconds: an integer of 0 or more, different from every other unit of the stream. */
  readonly ptsUs: number;
};

const NUT_TAGS: Readonly<Record<UnitCodec, NutTag>> = { h264: 'H264', h265: 'HEVC', mjpeg: 'MJPG' };
/** A decoder reads the size from the stream, but the container must name one. */
const ANY_SIZE: Size = { width: 16, height: 16 };

/** The header of a NUT of the codec's units, for a decoder or a file. */
export function unitsHeader(codec: UnitCodec): Buffer {
  return nutFileHeader(ANY_SIZE, NUT_TAGS[codec], 0);
}

/** The bytes before a unit in such a NUT. */
export function unitHeader({ ptsUs, data, isKey }: TimedUnit): Buffer {
  return nutFrameHeader(ptsUs, data.length, isKey);
}

/**
 * ffmpeg's options for such a NUT on its standard input. The purpose of each:
 * - `copyts`: a picture comes out with the time of its unit, which is how the two find each other.
 * - `probesize`, `analyzeduration`: the first unit goes to the decoder at once instead of waiting for more to analyse.
 */
export const UNIT_INPUT = ['-copyts', '-f', 'nut', '-probesize', '32', '-analyzeduration', '0'] as const;

import type { UnitCodec } from '../../core/coded-unit.js';

/** The PID of the table that lists the programs. */
export const PROGRAM_ASSOCIATION_PID = 0;

const PROGRAM_ASSOCIATION = 0x00;
const PROGRAM_MAP = 0x02;
/** The part that all sections of this syntax share, up to the last section number. */
const HEADER_BYTES = 8;

export type Program = { readonly number: number; readonly mapPid: number };

/** A video stream of a program that Nowcast or ffmpeg could read. */
export type VideoStream = {
  readonly pid: number;
  /** Undefined if Nowcast cannot demux its codec. */
  readonly codec: UnitCodec | undefined;
  /** For people: "H.264", "MPEG-2 video". */
  readonly name: string;
};

export type ProgramMap = { readonly number: number; readonly videos: readonly VideoStream[] };

/** ISO/IEC 13818-1 table 2-34. */
const VIDEO_TYPES: ReadonlyMap<number, Omit<VideoStream, 'pid'>> = new Map<number, Omit<VideoStream, 'pid'>>([
  [0x01, { codec: undefined, name: 'MPEG-1 video' }],
  [0x02, { codec: undefined, name: 'MPEG-2 video' }],
  [0x10, { codec: undefined, name: 'MPEG-4 part 2 video' }],
  [0x1b, { codec: 'h264', name: 'H.264' }],
  [0x21, { codec: undefined, name: 'JPEG 2000' }],
  [0x24, { codec: 'h265', name: 'H.265' }],
  [0x33, { codec: undefined, name: 'H.266' }],
  [0x42, { codec: undefined, name: 'AVS video' }],
  [0xd1, { codec: undefined, name: 'Dirac' }],
  [0xea, { codec: undefined, name: 'VC-1' }],
]);
/** Older senders identify a codec without its own type by these words in a registration descriptor. */
const REGISTERED: ReadonlyMap<string, Omit<VideoStream, 'pid'>> = new Map<string, Omit<VideoStream, 'pid'>>([
  ['HEVC', { codec: 'h265', name: 'H.265' }],
  ['AV01', { codec: undefined, name: 'AV1' }],
  ['VC-1', { codec: undefined, name: 'VC-1' }],
]);
const PRIVATE_DATA = 0x06;
const REGISTRATION = 0x05;

/**
 * The programs, in the sender's order; undefined if the section belongs to another table or is not in force yet.
 * ISO/IEC 13818-1 §2.4.4.3.
 */
export function readProgramAssociation(section: Uint8Array): readonly Program[] | undefined {
  if (section[0] !== PROGRAM_ASSOCIATION || !isInForce(section)) return undefined;
  const programs: Program[] = [];
  for (let at = HEADER_BYTES; at + 4 <= section.length; at += 4) {
    const number = uint16(section, at);
    // Program number 0 names the network's own table.
    if (number !== 0) programs.push({ number, mapPid: uint16(section, at + 2) & 0x1fff });
  }
  return programs;
}

/**
 * The video streams of a program; undefined if the section belongs to another table or is not in force yet. ISO/IEC
 * 13818-1 §2.4.4.8.
 */
export function readProgramMap(section: Uint8Array): ProgramMap | undefined {
  if (section[0] !== PROGRAM_MAP || !isInForce(section) || section.length < HEADER_BYTES + 4) return undefined;
  const videos: VideoStream[] = [];
  let at = HEADER_BYTES + 4 + (uint16(section, HEADER_BYTES + 2) & 0x0fff);
  while (at + 5 <= section.length) {
    const descriptorsFrom = at + 5;
    const descriptorsEnd = descriptorsFrom + (uint16(section, at + 3) & 0x0fff);
    const kind = videoKind(section[at], section.subarray(descriptorsFrom, descriptorsEnd));
    if (kind !== undefined) videos.push({ pid: uint16(section, at + 1) & 0x1fff, ...kind });
    at = descriptorsEnd;
  }
  return { number: uint16(section, 3), videos };
}

function videoKind(streamType: number, descriptors: Uint8Array): Omit<VideoStream, 'pid'> | undefined {
  if (streamType !== PRIVATE_DATA) return VIDEO_TYPES.get(streamType);
  for (let at = 0; at + 2 <= descriptors.length; at += 2 + descriptors[at + 1]) {
    if (descriptors[at] === REGISTRATION)
      return REGISTERED.get(String.fromCharCode(...descriptors.subarray(at + 2, at + 6)));
  }
  return undefined;
}

/** Senders may announce a table before it takes effect. */
function isInForce(section: Uint8Array): boolean {
  return (section[5] & 1) === 1;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

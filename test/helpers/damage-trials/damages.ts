import { execFileSync } from 'node:child_process';
import { randomSource } from '../random.js';

const TS_PACKET = 188;
/** ffmpeg's muxer gives the first video stream this PID. */
const VIDEO_PID = 0x100;

/** A coded picture in a file: where it stands, in bytes. */
type Stored = { readonly at: number; readonly bytes: number };
type Chance = () => number;
type Damage = (file: Buffer, chance: Chance, pictures: readonly Stored[]) => Buffer;

/** Damage happens behind the first pictures: a file without a beginning is another matter. */
const BEHIND = 0.15;

const within = (length: number, chance: Chance): number => Math.floor(length * (BEHIND + (0.95 - BEHIND) * chance()));

/** Damages of a file of any container. */
export const FILE_DAMAGES: Readonly<Record<string, Damage>> = {
  'a flipped bit'(file, chance, pictures) {
    const { at, bytes } = pictures[within(pictures.length, chance)];
    const damaged = Buffer.from(file);
    damaged[at + Math.floor(bytes * chance())] ^= 1 << Math.floor(8 * chance());
    return damaged;
  },
  'zeros in a picture'(file, chance, pictures) {
    const { at, bytes } = pictures[within(pictures.length, chance)];
    const from = at + Math.floor(Math.max(0, bytes - 64) * chance());
    return Buffer.from(file).fill(0, from, Math.min(from + 64, at + bytes));
  },
  "half of a picture's data"(file, chance, pictures) {
    const { at, bytes } = pictures[within(pictures.length, chance)];
    return Buffer.from(file).fill(0, at + (bytes >> 1), at + bytes);
  },
};

/** Damages of the stream that packets of MPEG-TS make. */
export const TS_DAMAGES: Readonly<Record<string, Damage>> = {
  'a lost packet'(file, chance) {
    const packets = videoPackets(file);
    return without(file, [packets[within(packets.length, chance)]]);
  },
  'a burst of lost packets'(file, chance) {
    const packets = videoPackets(file);
    const from = within(packets.length, chance);
    return without(file, packets.slice(from, from + 3 + Math.floor(15 * chance())));
  },
  'a lost picture'(file, chance) {
    const packets = videoPackets(file);
    const starts = packets.flatMap((at, i) => ((file[at + 1] & 0x40) === 0 ? [] : [i]));
    const picture = within(starts.length - 1, chance);
    return without(file, packets.slice(starts[picture], starts[picture + 1]));
  },
};

/** The file ends early. */
export const cutOff: Damage = (file, chance) => file.subarray(0, Math.floor(file.length * (0.3 + 0.6 * chance())));

/**
 * A damaged copy of a file.
 * @param name of the trial: the same one gives the same damage
 */
export function damaged(damage: Damage, path: string, file: Buffer, name: string): Buffer {
  const seed = Buffer.from(name).reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
  return damage(file, randomSource(seed).uniform, storedPictures(path));
}

function storedPictures(path: string): Stored[] {
  const printed = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pos,size', '-of', 'json', path],
    { encoding: 'utf8' },
  );
  const { packets } = JSON.parse(printed) as { packets: { pos: string; size: string }[] };
  return packets.map(({ pos, size }) => ({ at: Number(pos), bytes: Number(size) }));
}

function videoPackets(file: Buffer): number[] {
  const packets: number[] = [];
  for (let at = 0; at + TS_PACKET <= file.length; at += TS_PACKET)
    if ((file.readUInt16BE(at + 1) & 0x1fff) === VIDEO_PID) packets.push(at);
  return packets;
}

function without(file: Buffer, packets: readonly number[]): Buffer {
  const lost = new Set(packets);
  const kept: Buffer[] = [];
  for (let at = 0; at < file.length; at += TS_PACKET) if (!lost.has(at)) kept.push(file.subarray(at, at + TS_PACKET));
  return Buffer.concat(kept);
}

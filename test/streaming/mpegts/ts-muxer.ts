import { crc32 } from '../../../src/streaming/mpegts/sections.js';

export const VIDEO_PID = 256;
export const MAP_PID = 4096;

export type MuxOptions = {
  /** Gives each PES packet its length, if 16 bits can hold it. */
  readonly lengths?: boolean;
  /** Stuffs a packet in the middle of each picture. */
  readonly stuffsInside?: boolean;
  readonly pid?: number;
  readonly mapPid?: number;
  readonly streamType?: number;
  /** Descriptors of the video in the program map. */
  readonly descriptors?: readonly number[];
  /** Puts the program clock into the first packet of each picture, this long before its time. */
  readonly pcrLeadMs?: number;
  /** Omits the times. */
  readonly timeless?: boolean;
  /** The first packet's number. */
  readonly continuity?: number;
};

export type MuxPicture = {
  readonly bytes: Uint8Array;
  readonly ptsMs: number;
  readonly isRandomAccess?: boolean;
  readonly isDiscontinuity?: boolean;
};

/** Writes transport packets as ISO/IEC 13818-1 has them, for a program of one video. */
export class TsMuxer {
  readonly #options: Required<Omit<MuxOptions, 'pcrLeadMs'>> & Pick<MuxOptions, 'pcrLeadMs'>;
  readonly #counters = new Map<number, number>();

  constructor(options: MuxOptions = {}) {
    this.#options = {
      lengths: false,
      stuffsInside: false,
      pid: VIDEO_PID,
      mapPid: MAP_PID,
      streamType: 0x1b,
      descriptors: [],
      timeless: false,
      continuity: 0,
      ...options,
    };
  }

  tables(programs = [{ number: 1, mapPid: this.#options.mapPid }]): Uint8Array[] {
    const { pid, mapPid, streamType, descriptors } = this.#options;
    const association = section(
      0,
      1,
      programs.flatMap(({ number, mapPid: map }) => [number >> 8, number & 255, 0xe0 | (map >> 8), map & 255]),
    );
    const map = section(2, 1, [
      0xe0 | (pid >> 8),
      pid & 255,
      0xf0,
      0,
      streamType,
      0xe0 | (pid >> 8),
      pid & 255,
      0xf0 | (descriptors.length >> 8),
      descriptors.length & 255,
      ...descriptors,
    ]);
    return [
      ...this.packets(0, Uint8Array.from([0, ...association])),
      ...this.packets(mapPid, Uint8Array.from([0, ...map])),
    ];
  }

  picture({ bytes, ptsMs, isRandomAccess = false, isDiscontinuity = false }: MuxPicture): Uint8Array[] {
    const { lengths, pid, timeless, pcrLeadMs, stuffsInside } = this.#options;
    const pts = Math.round(ptsMs * 90) % 2 ** 33;
    const header = timeless ? [0x80, 0x00, 0] : [0x80, 0x80, 5, ...time(0x20, pts)];
    const length = lengths && bytes.length + header.length <= 65_535 ? bytes.length + header.length : 0;
    const pes = Buffer.concat([Uint8Array.from([0, 0, 1, 0xe0, length >> 8, length & 255, ...header]), bytes]);
    const flags = (isRandomAccess ? 0x40 : 0) | (isDiscontinuity ? 0x80 : 0) | (pcrLeadMs === undefined ? 0 : 0x10);
    const pcr = pcrLeadMs === undefined ? [] : clock(Math.round((ptsMs - pcrLeadMs) * 90) % 2 ** 33);
    return this.packets(pid, pes, flags === 0 ? [] : [flags, ...pcr], stuffsInside);
  }

  /**
   * Packets of one PID: `field` is the first one's adaptation field without its length, the last is stuffed to its full
   * size.
   */
  packets(pid: number, bytes: Uint8Array, field: readonly number[] = [], stuffsInside = false): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const adaptation = at === 0 && field.length > 0 ? [...field] : undefined;
      const room = 184 - (adaptation === undefined ? 0 : adaptation.length + 1) - (stuffsInside && at > 0 ? 20 : 0);
      const count = Math.min(room, bytes.length - at);
      packets.push(this.#packet(pid, bytes.subarray(at, at + count), at === 0, adaptation));
      at += count;
    }
    return packets;
  }

  #packet(pid: number, payload: Uint8Array, isUnitStart: boolean, field: number[] | undefined): Uint8Array {
    const continuity = this.#counters.get(pid) ?? this.#options.continuity;
    this.#counters.set(pid, (continuity + 1) & 15);
    const packet = new Uint8Array(188).fill(0xff);
    packet.set([
      0x47,
      (isUnitStart ? 0x40 : 0) | (pid >> 8),
      pid & 255,
      (field === undefined && payload.length === 184 ? 0x10 : 0x30) | continuity,
    ]);
    if (packet[3] >= 0x30) {
      packet[4] = 183 - payload.length;
      if (packet[4] > 0) packet.set(field ?? [0], 5);
    }
    packet.set(payload, 188 - payload.length);
    return packet;
  }
}

/** A picture of H.264 of about this many bytes, without an accidental start code. */
export function h264Picture(byteLength: number, { isKey = false, fill = 0x55 } = {}): Uint8Array {
  const head = [
    0,
    0,
    0,
    1,
    9,
    0xf0,
    ...(isKey ? [0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce] : []),
    0,
    0,
    1,
    isKey ? 0x65 : 0x41,
    0x88,
  ];
  return Buffer.concat([Uint8Array.from(head), new Uint8Array(Math.max(1, byteLength - head.length)).fill(fill)]);
}

function section(tableId: number, number: number, body: readonly number[]): Uint8Array {
  const length = body.length + 9;
  const bytes = Uint8Array.from([
    tableId,
    0xb0 | (length >> 8),
    length & 255,
    number >> 8,
    number & 255,
    0xc1,
    0,
    0,
    ...body,
  ]);
  const crc = crc32(bytes);
  return Uint8Array.from([...bytes, crc >>> 24, (crc >> 16) & 255, (crc >> 8) & 255, crc & 255]);
}

function time(prefix: number, value: number): number[] {
  const high = Math.floor(value / 2 ** 30);
  const middle = Math.floor(value / 2 ** 15) % 2 ** 15;
  const low = value % 2 ** 15;
  return [prefix | (high << 1) | 1, middle >> 7, ((middle << 1) | 1) & 255, low >> 7, ((low << 1) | 1) & 255];
}

function clock(base: number): number[] {
  const high = Math.floor(base / 2);
  return [(high >>> 24) & 255, (high >>> 16) & 255, (high >>> 8) & 255, high & 255, ((base % 2) << 7) | 0x7e, 0];
}

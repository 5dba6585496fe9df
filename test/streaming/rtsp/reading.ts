import { type CodedUnit, type SenderReport, type UnitCodec } from '../../../src/core/coded-unit.js';
import { RtpUnits, type RtpUnitsOptions } from '../../../src/streaming/rtsp/rtp-units.js';

/** A reader of one stream and its output. */
export class Reading {
  readonly units: CodedUnit[] = [];
  readonly reports: SenderReport[] = [];
  readonly notices: string[] = [];
  /** The reason why the stream cannot be read. */
  readonly obstacles: string[] = [];
  goodbyes = 0;
  nowMs = 0;
  readonly reader: RtpUnits;

  constructor(codec: UnitCodec, options: Partial<RtpUnitsOptions> = {}) {
    this.reader = new RtpUnits(
      {
        codec,
        clockRate: 90_000,
        payloadType: 96,
        overUdp: false,
        ownSsrc: 0xabcd,
        clock: { now: () => this.nowMs },
        ...options,
      },
      {
        onUnit: (unit) => this.units.push(unit),
        onReport: (report) => this.reports.push(report),
        onNotice: (text) => this.notices.push(text),
        onUnsupported: (reason) => this.obstacles.push(reason),
        onGoodbye: () => {
          this.goodbyes += 1;
        },
      },
    );
  }

  /** Each packet arrives one millisecond after the one before. */
  take(packets: readonly Uint8Array[]): this {
    for (const packet of packets) {
      this.nowMs += 1;
      this.reader.rtp(packet, this.nowMs);
    }
    return this;
  }

  get data(): Buffer[] {
    return this.units.map(({ data }) => Buffer.from(data));
  }

  get damaged(): boolean[] {
    return this.units.map(({ damaged }) => damaged);
  }

  /** For each unit: data is missing inside it (`d`), or before it (`l`). */
  get flaws(): string[] {
    return this.units.map(({ damaged, lostBefore }) => `${damaged ? 'd' : ''}${lostBefore ? 'l' : ''}`);
  }

  get mediaMs(): number[] {
    return this.units.map(({ mediaMs }) => mediaMs);
  }
}

export function annexBOf(nals: readonly Uint8Array[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal]));
}

/** Bytes without a start code; `seed` distinguishes NAL units. */
export function filling(size: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let index = 0; index < size; index += 1) bytes[index] = 0x81 + ((index * 31 + seed * 17) % 0x7e);
  return bytes;
}

export const H264 = {
  sps: Buffer.from('67420016e3', 'hex'),
  pps: Buffer.from('68ce3c81', 'hex'),
  sei: Buffer.from('0605100102030405060708090a0b0c0d0e0f1080', 'hex'),
  delimiter: Buffer.from('09f0', 'hex'),
  /** A slice: a key's or another's; first_mb_in_slice is 0 in the picture's first. */
  slice({ key = false, first = true, size = 40, seed = 0 }: SliceFields = {}): Buffer {
    // 1 1… : first_mb 0; 0 1 0… : first_mb 1. The slice_type after it is 0 (P) or 7 (all I).
    return Buffer.concat([Buffer.from([key ? 0x65 : 0x61, first ? 0xc0 : 0x58]), filling(size, seed)]);
  },
};

export const H265 = {
  vps: Buffer.from('40010c01ffff', 'hex'),
  sps: Buffer.from('420101016000', 'hex'),
  pps: Buffer.from('4401c0f2', 'hex'),
  suffix: Buffer.from('5001050180', 'hex'),
  slice({ key = false, first = true, size = 40, seed = 0 }: SliceFields = {}): Buffer {
    return Buffer.concat([Buffer.from([key ? 19 << 1 : 1 << 1, 1, first ? 0x80 : 0x40]), filling(size, seed)]);
  },
};

export type SliceFields = {
  readonly key?: boolean;
  readonly first?: boolean;
  readonly size?: number;
  readonly seed?: number;
};

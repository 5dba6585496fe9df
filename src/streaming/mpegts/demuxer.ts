import type { UnitCodec } from '../../core/coded-unit.js';
import { NULL_PID, readPacket, type TsPacket } from './packet.js';
import { PacketSync } from './packet-sync.js';
import { PesAssembler, type PesData } from './pes-assembler.js';
import { SectionReader } from './sections.js';
import {
  PROGRAM_ASSOCIATION_PID,
  readProgramAssociation,
  readProgramMap,
  type ProgramMap,
  type VideoStream,
} from './tables.js';

export type TsCodec = Exclude<UnitCodec, 'mjpeg'>;

/** The events of the demuxer, in the order of the stream. */
export type DemuxerEvents = {
  /** The program's video stream was found; called again if it moves to another PID. */
  onVideo(codec: TsCodec): void;
  onPes(data: PesData): void;
  /**
   * A picture begins in a packet that also carries the sender's clock, in units of 1/27,000,000 s, modulo 2^33 × 300.
   */
  onClock(clock: {
    readonly pcr27Mhz: number;
    readonly pts90Khz: number;
    readonly isDiscontinuity: boolean;
    readonly arrivedAtMs: number;
  }): void;
  /** The stream cannot be demuxed by Nowcast at all. No event follows. */
  onUnsupported(reason: string): void;
  onNotice(text: string): void;
};

/** After this many bytes without a packet, the stream is not a transport stream. */
const MAX_SEARCHED_BYTES = 512 * 1024;

/**
 * Extracts the first program's first video stream from an MPEG transport stream (ISO/IEC 13818-1). Bytes are pushed as
 * they arrive, cut anywhere. Follows the program's tables if they change midway.
 */
export class TsDemuxer {
  readonly #events: DemuxerEvents;
  readonly #sync: PacketSync;
  readonly #association = new SectionReader((section) => this.#associated(section));
  #map: { readonly pid: number; readonly number: number; readonly reader: SectionReader } | undefined;
  #video: { readonly pid: number; readonly codec: TsCodec; readonly assembler: PesAssembler } | undefined;
  readonly #lastPackets = new Map<number, TsPacket>();
  #noticedPrograms = false;
  #isOver = false;
  #arrivedAtMs = 0;

  constructor(events: DemuxerEvents) {
    this.#events = events;
    this.#sync = new PacketSync({
      onPacket: (bytes) => this.#packet(readPacket(bytes)),
      onLostSync: () => this.#lost(),
    });
  }

  /** @param arrivedAtMs when these bytes arrived, on the monotonic clock */
  push(bytes: Uint8Array, arrivedAtMs: number): void {
    if (this.#isOver) return;
    this.#arrivedAtMs = arrivedAtMs;
    this.#sync.push(bytes);
    if (this.#sync.searchedBytes > MAX_SEARCHED_BYTES) this.#giveUp('the stream is not an MPEG transport stream');
  }

  #packet(packet: TsPacket): void {
    if (this.#isOver || packet.pid === NULL_PID || !this.#isOurs(packet.pid)) return;
    if (packet.hasError) {
      this.#lost(packet.pid);
      return;
    }
    if (packet.payload === undefined || !this.#isNext(packet)) return;
    if (packet.pid === this.#video?.pid) this.#videoPacket(packet, this.#video.assembler);
    else if (packet.pid === PROGRAM_ASSOCIATION_PID) this.#association.push(packet.payload, packet.isUnitStart);
    else this.#map?.reader.push(packet.payload, packet.isUnitStart);
  }

  #isOurs(pid: number): boolean {
    return pid === this.#video?.pid || pid === this.#map?.pid || pid === PROGRAM_ASSOCIATION_PID;
  }

  /** True for a new packet: senders may repeat one. Reports the loss before it if its counter has a gap. */
  #isNext(packet: TsPacket): boolean {
    const last = this.#lastPackets.get(packet.pid);
    if (last?.continuity === packet.continuity && isSame(last, packet)) return false;
    const isInOrder =
      last === undefined || packet.isDiscontinuity || packet.continuity === ((last.continuity + 1) & 0x0f);
    if (!isInOrder) this.#lost(packet.pid);
    this.#lastPackets.set(packet.pid, packet);
    return true;
  }

  #videoPacket(packet: TsPacket, assembler: PesAssembler): void {
    if (packet.isScrambled) this.#giveUp('the video is scrambled');
    else assembler.push(packet, this.#arrivedAtMs);
  }

  /** @param pid of the missing packets; undefined if it may be any */
  #lost(pid?: number): void {
    if (pid === undefined || pid === this.#video?.pid) this.#video?.assembler.lose();
    if (pid === undefined || pid === this.#map?.pid) this.#map?.reader.lose();
    if (pid === undefined || pid === PROGRAM_ASSOCIATION_PID) this.#association.lose();
  }

  #associated(section: Uint8Array): void {
    const programs = readProgramAssociation(section);
    const first = programs?.[0];
    if (first === undefined) return;
    if (programs!.length > 1 && !this.#noticedPrograms) {
      this.#noticedPrograms = true;
      this.#events.onNotice(
        `the stream holds ${programs!.length} programs; Nowcast reads the first one, number ${first.number}`,
      );
    }
    if (this.#map?.pid === first.mapPid && this.#map.number === first.number) return;
    this.#map = {
      pid: first.mapPid,
      number: first.number,
      reader: new SectionReader((map) => this.#mapped(readProgramMap(map))),
    };
  }

  #mapped(map: ProgramMap | undefined): void {
    if (map === undefined || map.number !== this.#map?.number || this.#isOver) return;
    // Some senders announce the video after it has begun.
    if (map.videos.length === 0) return;
    const current = map.videos.find(({ pid, codec }) => pid === this.#video?.pid && codec === this.#video.codec);
    if (current !== undefined) return;
    const ours = map.videos[0];
    if (ours.codec === undefined || ours.codec === 'mjpeg')
      this.#giveUp(`the stream's video is ${ours.name}, which Nowcast does not read`);
    else this.#choose(ours, ours.codec);
  }

  #choose({ pid }: VideoStream, codec: TsCodec): void {
    const isChange = this.#video !== undefined;
    this.#video?.assembler.lose();
    const assembler = new PesAssembler({
      onPes: (data) => this.#events.onPes(data),
      onBegin: ({ pcr27Mhz, isDiscontinuity }, pts90Khz) => {
        if (pcr27Mhz !== undefined && pts90Khz !== undefined)
          this.#events.onClock({ pcr27Mhz, pts90Khz, isDiscontinuity, arrivedAtMs: this.#arrivedAtMs });
      },
      onNotice: (text) => this.#events.onNotice(text),
    });
    // Its first visible picture depends on no earlier one.
    if (isChange) assembler.lose();
    this.#lastPackets.delete(pid);
    this.#video = { pid, codec, assembler };
    this.#events.onVideo(codec);
  }

  #giveUp(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.onUnsupported(reason);
  }
}

/** A repeated packet differs only in its clock. */
function isSame(a: TsPacket, b: TsPacket): boolean {
  return a.isUnitStart === b.isUnitStart && Buffer.compare(a.payload!, b.payload!) === 0;
}

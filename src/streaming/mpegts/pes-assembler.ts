import type { TsPacket } from './packet.js';
import { readPesHeader } from './pes-header.js';
import { stuffingRule, type StuffingRule } from './stuffing-rule.js';

/** The coded bytes of one PES packet: from most senders, one picture. */
export type PesData = {
  readonly bytes: Uint8Array;
  /** Units of 1/90,000 s, modulo 2^33; undefined if the sender gave none. */
  readonly pts90Khz: number | undefined;
  /** When its last byte arrived, on the monotonic clock. */
  readonly arrivedAtMs: number;
  readonly isRandomAccess: boolean;
  /** True if its end is missing. */
  readonly isCutOff: boolean;
  /** True if packets were lost between the previous one and this one. */
  readonly followsLoss: boolean;
};

export type PesEvents = {
  onPes(data: PesData): void;
  /** True if a PES packet begins in this packet. */
  onBegin(packet: TsPacket, pts90Khz: number | undefined): void;
  onNotice(text: string): void;
};

type OpenPes = {
  readonly pieces: Uint8Array[];
  readonly pts90Khz: number | undefined;
  readonly isRandomAccess: boolean;
  readonly followsLoss: boolean;
  /** Bytes still to come; undefined if the sender did not state the length. */
  bytesLeft: number | undefined;
  byteCount: number;
  arrivedAtMs: number;
};

/** Larger than any camera's picture: a stream that never ends one must not fill the memory. */
const MAX_PES_BYTES = 16 * 2 ** 20;
/** Added for each piece beside its bytes: a sender of tiny pieces must not fill the memory either. */
const PIECE_BYTES = 64;

/**
 * Assembles the PES packets of one PID and emits each as soon as its end is certain: by its length, if the sender
 * stated one; else by stuffing in its last transport packet, once stuffing has proved to mark the end; else by the
 * start of the next one.
 */
export class PesAssembler {
  readonly #events: PesEvents;
  readonly #stuffing: StuffingRule;
  #open: OpenPes | undefined;
  #followsLoss = false;
  #trustsLengths = true;
  #endedByLength = false;

  constructor(events: PesEvents) {
    this.#events = events;
    this.#stuffing = stuffingRule((text) => events.onNotice(text));
  }

  /** Packets of this PID are missing before the next one. */
  lose(): void {
    this.#finish(true);
    this.#followsLoss = true;
    this.#endedByLength = false;
    this.#stuffing.lose();
  }

  /** Takes a packet of this PID that has a payload, with none missing between it and the previous one. */
  push(packet: TsPacket, arrivedAtMs: number): void {
    const payload = packet.payload!;
    if (packet.isUnitStart) this.#begin(packet, payload, arrivedAtMs);
    else if (this.#open !== undefined) this.#append(this.#open, payload, arrivedAtMs);
    else this.#continued();
    if (this.#open === undefined) return;
    this.#endedByLength = this.#open.bytesLeft === 0;
    if (this.#endedByLength || this.#stuffing.ends(packet, this.#open.bytesLeft === undefined)) this.#finish(false);
  }

  /**
   * A packet that belongs to no open PES packet: after joining midway, after a loss, or after an end detected too
   * early.
   */
  #continued(): void {
    if (this.#stuffing.continued()) this.#followsLoss = true;
    if (!this.#endedByLength) return;
    this.#endedByLength = false;
    this.#trustsLengths = false;
    this.#followsLoss = true;
    this.#events.onNotice('the sender states too short lengths for its pictures; Nowcast ignores them from now on');
  }

  #begin(packet: TsPacket, payload: Uint8Array, arrivedAtMs: number): void {
    // Fewer bytes than stated mean that the end is missing.
    this.#finish((this.#open?.bytesLeft ?? 0) > 0);
    this.#stuffing.began();
    this.#endedByLength = false;
    const header = readPesHeader(payload);
    if (header === undefined) {
      this.#followsLoss = true;
      return;
    }
    this.#open = {
      pieces: [],
      pts90Khz: header.pts90Khz,
      isRandomAccess: packet.isRandomAccess,
      followsLoss: this.#followsLoss,
      bytesLeft:
        header.byteLength === undefined || !this.#trustsLengths ? undefined : header.byteLength - header.dataFrom,
      byteCount: 0,
      arrivedAtMs,
    };
    this.#followsLoss = false;
    this.#events.onBegin(packet, header.pts90Khz);
    this.#append(this.#open, payload.subarray(header.dataFrom), arrivedAtMs);
  }

  #append(pes: OpenPes, payload: Uint8Array, arrivedAtMs: number): void {
    const piece = pes.bytesLeft === undefined ? payload : payload.subarray(0, pes.bytesLeft);
    if (pes.bytesLeft !== undefined) pes.bytesLeft -= piece.length;
    pes.pieces.push(piece);
    pes.byteCount += piece.length;
    pes.arrivedAtMs = arrivedAtMs;
    if (pes.byteCount + PIECE_BYTES * pes.pieces.length <= MAX_PES_BYTES) return;
    this.#open = undefined;
    this.#followsLoss = true;
    this.#events.onNotice(`a picture of more than ${MAX_PES_BYTES / 2 ** 20} MiB was dropped`);
  }

  #finish(isCutOff: boolean): void {
    const pes = this.#open;
    this.#open = undefined;
    if (pes === undefined || pes.byteCount === 0) return;
    const { pts90Khz, arrivedAtMs, isRandomAccess, followsLoss } = pes;
    this.#events.onPes({ bytes: joined(pes), pts90Khz, arrivedAtMs, isRandomAccess, isCutOff, followsLoss });
  }
}

function joined({ pieces, byteCount }: OpenPes): Uint8Array {
  const bytes = new Uint8Array(byteCount);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

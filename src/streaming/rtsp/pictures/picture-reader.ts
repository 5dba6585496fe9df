import { type CodedUnit } from '../../../core/coded-unit.js';
import { type RtpPacket } from '../rtp/rtp-packet.js';

/** When a packet was sent, on the sender's two clocks, and when it arrived. */
export type PacketTime = { readonly timestamp: number; readonly mediaMs: number; readonly arrivedAtMs: number };

/** A unit without its stream's codec. */
export type CodedPicture = Omit<CodedUnit, 'codec'>;

/** Assembles pictures from RTP packets that arrive in order. */
export type PictureReader = {
  packet(packet: RtpPacket, time: PacketTime): void;
  /** Packets are missing before the next one. */
  lost(): void;
  /** Another source begins: an unfinished picture is dropped, and the next one reports the loss before it. */
  reset(): void;
};

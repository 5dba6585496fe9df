import { type CodedUnit } from '../../core/coded-unit.js';
import { type RtpPacket } from './rtp-packet.js';

/** When a packet was sent, on the sender's two scales, and when it came. */
export type PacketTime = { readonly timestamp: number; readonly mediaMs: number; readonly arrivedAtMs: number };

/** A unit before its stream's codec is added. */
export type Picture = Omit<CodedUnit, 'codec'>;

/** Takes pictures out of RTP packets that come in order. */
export type PictureReader = {
  packet(packet: RtpPacket, time: PacketTime): void;
  /** Packets are missing before the next one. */
  lost(): void;
  /** Another source begins: a picture that was begun is dropped, and the next one says that something was lost before it. */
  reset(): void;
};

import { readUint32 } from './rtp-packet.js';

/** A sender report (RFC 3550 §6.4.1). */
export type RtcpSenderReport = {
  readonly ssrc: number;
  /** The sender's wall clock as Unix milliseconds; undefined if the sender has none (NTP time 0). */
  readonly senderMs: number | undefined;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
  /** The middle 32 bits of the NTP time, as a receiver report returns them (LSR). */
  readonly compactNtp: number;
};

/** The parts of a compound RTCP packet that a receiver of video needs. */
export type RtcpPacket = {
  readonly reports: readonly RtcpSenderReport[];
  /** Sources that say goodbye (RFC 3550 §6.6). */
  readonly goodbyes: readonly number[];
};

const SENDER_REPORT = 200;
const GOODBYE = 203;
const NTP_TO_UNIX_S = 2_208_988_800;
/** NTP's seconds wrap in 2036; a first bit of 0 means a time after that (RFC 4330 §3). */
const NTP_ERA_S = 2 ** 32;

/**
 * Reads a compound RTCP packet up to the first part with an inconsistent length; undefined if that is the very first
 * part. Skips other packet types.
 */
export function parseRtcp(packet: Uint8Array): RtcpPacket | undefined {
  const reports: RtcpSenderReport[] = [];
  const goodbyes: number[] = [];
  let at = 0;
  while (at + 4 <= packet.length && packet[at] >> 6 === 2) {
    const end = at + 4 + (packet[at + 2] * 256 + packet[at + 3]) * 4;
    const type = packet[at + 1];
    const sources = packet[at] & 0x1f;
    if (end > packet.length) break;
    if (type === SENDER_REPORT) {
      if (end - at < 28) break;
      reports.push(readSenderReport(packet, at));
    } else if (type === GOODBYE) {
      if (at + 4 + sources * 4 > end) break;
      for (let index = 0; index < sources; index += 1) goodbyes.push(readUint32(packet, at + 4 + index * 4));
    }
    at = end;
  }
  return at === 0 ? undefined : { reports, goodbyes };
}

function readSenderReport(packet: Uint8Array, at: number): RtcpSenderReport {
  const seconds = readUint32(packet, at + 8);
  const fraction = readUint32(packet, at + 12);
  const eraS = seconds < 2 ** 31 ? NTP_ERA_S : 0;
  return {
    ssrc: readUint32(packet, at + 4),
    senderMs:
      seconds === 0 && fraction === 0 ? undefined : (seconds + eraS - NTP_TO_UNIX_S + fraction / 2 ** 32) * 1000,
    rtpTimestamp: readUint32(packet, at + 16),
    packets: readUint32(packet, at + 20),
    octets: readUint32(packet, at + 24),
    compactNtp: (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0,
  };
}

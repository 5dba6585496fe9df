import { PACKET_BYTES, SYNC_BYTE } from './packet.js';

/** The payload type of a transport stream. RFC 3551 §6. */
const MP2T = 33;

/**
 * The datagram without the RTP header that some senders put before the transport packets (RFC 2250 §2); unchanged if
 * there is none.
 */
export function withoutRtpHeader(datagram: Uint8Array): Uint8Array {
  if (datagram[0] === SYNC_BYTE || (datagram[0] & 0xc0) !== 0x80 || (datagram[1] & 0x7f) !== MP2T) return datagram;
  const contributors = 12 + 4 * (datagram[0] & 0x0f);
  const hasExtension = (datagram[0] & 0x10) !== 0;
  const from = hasExtension
    ? contributors + 4 + 4 * ((datagram[contributors + 2] << 8) | datagram[contributors + 3])
    : contributors;
  return datagram[from] === SYNC_BYTE && (datagram.length - from) % PACKET_BYTES === 0
    ? datagram.subarray(from)
    : datagram;
}

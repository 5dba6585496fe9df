/** An RTP packet (RFC 3550 §5.1). The payload is a view of the packet's bytes. */
export type RtpPacket = {
  readonly payloadType: number;
  /** 16 bits, wraps. */
  readonly sequence: number;
  /** 32 bits in units of the stream's clock rate, wraps. */
  readonly timestamp: number;
  readonly ssrc: number;
  readonly marker: boolean;
  /** May be empty: a packet that contains only padding keeps a path open. */
  readonly payload: Uint8Array;
};

/** Reads an RTP packet; undefined if its header contradicts its length or it is not RTP version 2. */
export function parseRtpPacket(packet: Uint8Array): RtpPacket | undefined {
  if (packet.length < 12 || packet[0] >> 6 !== 2) return undefined;
  let start = 12 + (packet[0] & 0x0f) * 4;
  if ((packet[0] & 0x10) !== 0) {
    if (start + 4 > packet.length) return undefined;
    start += 4 + (packet[start + 2] * 256 + packet[start + 3]) * 4;
  }
  if (start > packet.length) return undefined;
  // A padding count of 0 violates the RFC, but does no harm: nothing is cut off.
  const end = (packet[0] & 0x20) !== 0 ? packet.length - packet[packet.length - 1] : packet.length;
  if (end < start) return undefined;
  return {
    payloadType: packet[1] & 0x7f,
    sequence: packet[2] * 256 + packet[3],
    timestamp: readUint32(packet, 4),
    ssrc: readUint32(packet, 8),
    marker: (packet[1] & 0x80) !== 0,
    payload: packet.subarray(start, end),
  };
}

/** Big-endian, as everything in RTP and RTCP. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Size of a transport packet, and its first byte. ISO/IEC 13818-1 §2.4.3.2. */
export const PACKET_BYTES = 188;
export const SYNC_BYTE = 0x47;

/** The PID of packets that pad the bit rate and carry nothing. */
export const NULL_PID = 0x1fff;

/** One transport packet, parsed; `payload` points into the packet's own bytes. */
export type TsPacket = {
  readonly pid: number;
  /** True if a PES packet or a table section begins in it. */
  readonly isUnitStart: boolean;
  /** True if a demodulator or a network device found errors that it could not correct. */
  readonly hasError: boolean;
  readonly isScrambled: boolean;
  /** Counts the packets of a PID that have a payload, modulo 16. */
  readonly continuity: number;
  /** Undefined if the packet has none, or if its adaptation field is longer than a packet can be. */
  readonly payload: Uint8Array | undefined;
  /** True if the adaptation field is longer than its contents, because the payload was too short to fill the packet. */
  readonly isStuffed: boolean;
  /** True if the sender announces a jump of its clock or its counters here. */
  readonly isDiscontinuity: boolean;
  /** True if the sender marks that a decoder can begin here. */
  readonly isRandomAccess: boolean;
  /** The sender's clock when it sent this packet, in units of 1/27,000,000 s, modulo 2^33 × 300. */
  readonly pcr27Mhz: number | undefined;
};

type Adaptation = Pick<TsPacket, 'isStuffed' | 'isDiscontinuity' | 'isRandomAccess' | 'pcr27Mhz'>;

const NO_ADAPTATION: Adaptation = {
  isStuffed: false,
  isDiscontinuity: false,
  isRandomAccess: false,
  pcr27Mhz: undefined,
};

/**
 * Reads the header and the adaptation field of one packet. ISO/IEC 13818-1 §2.4.3.2 to §2.4.3.5.
 * @param bytes 188 bytes that begin with the sync byte
 */
export function readPacket(bytes: Uint8Array): TsPacket {
  const fieldLength = (bytes[3] & 0x20) !== 0 ? bytes[4] : undefined;
  const payloadFrom = fieldLength === undefined ? 4 : 5 + fieldLength;
  const hasPayload = (bytes[3] & 0x10) !== 0 && payloadFrom < PACKET_BYTES;
  return {
    pid: ((bytes[1] & 0x1f) << 8) | bytes[2],
    isUnitStart: (bytes[1] & 0x40) !== 0,
    hasError: (bytes[1] & 0x80) !== 0,
    isScrambled: (bytes[3] & 0xc0) !== 0,
    continuity: bytes[3] & 0x0f,
    payload: hasPayload ? bytes.subarray(payloadFrom) : undefined,
    ...(fieldLength === undefined ? NO_ADAPTATION : readAdaptation(bytes, fieldLength)),
  };
}

function readAdaptation(bytes: Uint8Array, length: number): Adaptation {
  // The payload is one byte short: the field's length byte alone fills the gap.
  if (length === 0) return { ...NO_ADAPTATION, isStuffed: true };
  const flags = bytes[5];
  const end = Math.min(5 + length, PACKET_BYTES);
  let at = 6;
  let pcr27Mhz: number | undefined;
  if ((flags & 0x10) !== 0) {
    if (at + 6 <= end) pcr27Mhz = readPcr(bytes, at);
    at += 6;
  }
  if ((flags & 0x08) !== 0) at += 6;
  if ((flags & 0x04) !== 0) at += 1;
  // Private data and the extension: each begins with its own length.
  if ((flags & 0x02) !== 0) at += 1 + (bytes[at] ?? 0);
  if ((flags & 0x01) !== 0) at += 1 + (bytes[at] ?? 0);
  return { isStuffed: at < end, isDiscontinuity: (flags & 0x80) !== 0, isRandomAccess: (flags & 0x40) !== 0, pcr27Mhz };
}

/** A base of 33 bits in units of 1/90,000 s, 6 reserved bits, and an extension of 9 bits that counts to 300. */
function readPcr(bytes: Uint8Array, at: number): number {
  const high32 = ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
  const base = high32 * 2 + (bytes[at + 4] >> 7);
  return base * 300 + (((bytes[at + 4] & 1) << 8) | bytes[at + 5]);
}

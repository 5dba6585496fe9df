/** The contents of a PES packet's header. */
export type PesHeader = {
  /** Bytes of the packet, its header included; undefined if the sender did not know when it began. */
  readonly byteLength: number | undefined;
  /** Presentation time in units of 1/90,000 s, modulo 2^33; undefined if there is none. */
  readonly pts90Khz: number | undefined;
  /** Offset of the coded bytes. */
  readonly dataFrom: number;
};

/**
 * Reads the header at the start of a PES packet of video. ISO/IEC 13818-1 §2.4.3.6.
 * @returns undefined if the bytes are not such a header, or only part of one
 */
export function readPesHeader(bytes: Uint8Array): PesHeader | undefined {
  if (bytes.length < 9 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 1 || (bytes[6] & 0xc0) !== 0x80)
    return undefined;
  const length = (bytes[4] << 8) | bytes[5];
  const dataFrom = 9 + bytes[8];
  if (dataFrom > bytes.length || (length !== 0 && 6 + length < dataFrom)) return undefined;
  const hasPts = (bytes[7] & 0x80) !== 0 && bytes[8] >= 5;
  return {
    byteLength: length === 0 ? undefined : 6 + length,
    pts90Khz: hasPts ? readTime(bytes, 9) : undefined,
    dataFrom,
  };
}

/** 33 bits, with a marker bit after the third, the eighteenth and the last. */
function readTime(bytes: Uint8Array, at: number): number {
  const high = (bytes[at] >> 1) & 7;
  const middle = ((bytes[at + 1] << 8) | bytes[at + 2]) >> 1;
  const low = ((bytes[at + 3] << 8) | bytes[at + 4]) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

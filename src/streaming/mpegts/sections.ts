/** Assembles the sections of one table from the packets of its PID. ISO/IEC 13818-1 §2.4.4. */
export class SectionReader {
  readonly #onSection: (section: Uint8Array) => void;
  /** The current section; undefined before the first one that begins here. */
  #bytes: number[] | undefined;

  /**
   * @param onSection receives complete sections with a correct checksum, from the table's ID up to the checksum, which
   * is removed
   */
  constructor(onSection: (section: Uint8Array) => void) {
    this.#onSection = onSection;
  }

  /** Packets were lost: the current section cannot be complete. */
  lose(): void {
    this.#bytes = undefined;
  }

  push(payload: Uint8Array, isUnitStart: boolean): void {
    if (!isUnitStart) {
      this.#append(payload);
      return;
    }
    // The pointer gives the start of the next section; the end of the previous one may stand before it.
    const begins = 1 + payload[0];
    this.#append(payload.subarray(1, begins));
    this.#bytes = [];
    this.#append(payload.subarray(begins));
  }

  #append(payload: Uint8Array): void {
    if (this.#bytes === undefined) return;
    for (const byte of payload) this.#bytes.push(byte);
    while (this.#bytes !== undefined && this.#bytes.length >= 3) {
      // Padding after the last section.
      if (this.#bytes[0] === 0xff) {
        this.#bytes = undefined;
        return;
      }
      const length = 3 + (((this.#bytes[1] & 0x0f) << 8) | this.#bytes[2]);
      if (this.#bytes.length < length) return;
      const section = Uint8Array.from(this.#bytes.splice(0, length));
      if (length > 12 && crc32(section) === 0) this.#onSection(section.subarray(0, length - 4));
    }
  }
}

/**
 * Zero over a section with its checksum. ISO/IEC 13818-1 annex A: polynomial 0x04c11db7, not reflected, initial value
 * all ones.
 */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}

/** Puts the sections of one table together from the packets of its PID. ISO/IEC 13818-1 §2.4.4. */
export class SectionReader {
  readonly #onSection: (section: Uint8Array) => void;
  /** The section under way; undefined before the first that begins in view. */
  #bytes: number[] | undefined;

  /** @param onSection given whole sections whose checksum is right, from the table's ID up to the checksum, which is left out */
  constructor(onSection: (section: Uint8Array) => void) {
    this.#onSection = onSection;
  }

  /** Something was lost: the section under way will not be whole. */
  lose(): void {
    this.#bytes = undefined;
  }

  push(payload: Uint8Array, isUnitStart: boolean): void {
    if (!isUnitStart) {
      this.#append(payload);
      return;
    }
    // The pointer tells where the next section begins; the end of the one before may stand in front of it.
    const begins = 1 + payload[0];
    this.#append(payload.subarray(1, begins));
    this.#bytes = [];
    this.#append(payload.subarray(begins));
  }

  #append(payload: Uint8Array): void {
    if (this.#bytes === undefined) return;
    for (const byte of payload) this.#bytes.push(byte);
    while (this.#bytes !== undefined && this.#bytes.length >= 3) {
      // Filling behind the last section.
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

/** Zero over a section with its checksum. ISO/IEC 13818-1 annex A: polynomial 0x04c11db7, not reflected, begun with ones. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}

const SLAB_BYTES = 128 * 1024;
/** With less room than this, reads would be cut short too often to make use of the rest of the slab. */
const LEAST_ROOM_BYTES = 32 * 1024;

/**
 * Memory for a socket's consecutive reads. Node otherwise allocates 64 KiB for each read and returns most of it, and
 * cameras send single packets. Bytes that were read are never overwritten.
 */
export class ReadSlab {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;

  /** Where the next read may go. */
  room(): Buffer {
    if (SLAB_BYTES - this.#used < LEAST_ROOM_BYTES) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used);
  }

  /** @returns the bytes that a read has put into the last room */
  take(bytes: number): Buffer {
    const taken = this.#slab.subarray(this.#used, this.#used + bytes);
    this.#used += bytes;
    return taken;
  }
}

const SLAB_BYTES = 128 * 1024;
/** Below this a read would be cut short more often than the rest of the slab is worth. */
const LEAST_ROOM_BYTES = 32 * 1024;

/**
 * Memory for a socket's reads, one behind the other. Node otherwise takes 64 KiB for each read and gives most of it back,
 * and cameras send packets one by one. Nothing is written over bytes that were read.
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

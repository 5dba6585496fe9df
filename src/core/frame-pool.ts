import { InternalError } from './errors.js';

/** One buffer of a {@link FramePool}, with one owner. */
export type FrameSlot = {
  readonly bytes: Uint8Array;
  /** Gives the slot back. Throws on the second call. */
  release(): void;
};

/**
 * A fixed number of equal picture buffers, allocated once, so that a running stream allocates nothing per frame. The
 * code that acquires a slot owns it until its release.
 */
export class FramePool {
  readonly slotBytes: number;
  readonly #free: Uint8Array[] = [];
  #onFree: (() => void) | undefined;

  constructor(slotCount: number, slotBytes: number) {
    this.slotBytes = slotBytes;
    for (let i = 0; i < slotCount; i++) this.#free.push(new Uint8Array(slotBytes));
  }

  /** Number of slots without an owner. */
  get freeCount(): number {
    return this.#free.length;
  }

  /** A free slot, or undefined if all are owned. */
  acquire(): FrameSlot | undefined {
    const bytes = this.#free.pop();
    if (bytes === undefined) return undefined;
    let released = false;
    return {
      bytes,
      release: () => {
        if (released) throw new InternalError('a frame slot was released twice');
        released = true;
        this.#free.push(bytes);
        const wake = this.#onFree;
        this.#onFree = undefined;
        wake?.();
      },
    };
  }

  /** Calls `wake` once, at the next release. A later call replaces an earlier one. This is the back-pressure signal. */
  onceFree(wake: () => void): void {
    this.#onFree = wake;
  }
}

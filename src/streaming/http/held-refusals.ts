import type { After } from '../../core/after.js';
import type { Socket } from 'node:net';

/** How long a refusal is held back from an address that has had several. */
const SLOW_REFUSAL_MS = 1000;
/** Connections whose refusal is held back; further ones are cut. */
const MOST_HELD = 256;

/** Refusals that are held back, which slows down a client that tries again at once. */
export class HeldRefusals {
  readonly #after: After;
  readonly #held = new Set<() => void>();

  constructor(after: After) {
    this.#after = after;
  }

  /** Calls `end` after the wait, unless the client has left by then. */
  hold(socket: Socket, end: () => void): void {
    if (this.#held.size >= MOST_HELD) {
      socket.destroy();
      return;
    }
    const release = (): void => {
      if (!this.#held.delete(release)) return;
      cancel();
      if (!socket.destroyed) end();
    };
    const cancel = this.#after(SLOW_REFUSAL_MS, release);
    this.#held.add(release);
    socket.once('close', release);
  }

  /** Sends all of them now. */
  releaseAll(): void {
    for (const release of this.#held) release();
  }
}

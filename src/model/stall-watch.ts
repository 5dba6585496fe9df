import { abortWith } from '../core/abort-with.js';

/** A network error, so another attempt makes sense. */
export class ConnectionLost extends Error {}

const STALL_MS = 30_000;
const STALLED = new Error('nothing came');

/** Ends a request that brings nothing for a time. */
export class StallWatch {
  readonly #ending = new AbortController();
  readonly #unlink: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #ms: number;

  /** @param signal ends the request, too */
  constructor(ms = STALL_MS, signal?: AbortSignal) {
    this.#ms = ms;
    this.#timer = setTimeout(() => this.#ending.abort(STALLED), ms);
    this.#unlink = abortWith(this.#ending, [signal]);
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Something came. */
  heard(): void {
    this.#timer.refresh();
  }

  /** The error for a connection that ended. */
  lost(what: string, cause: unknown): ConnectionLost {
    return this.signal.reason === STALLED
      ? new ConnectionLost(`nothing came for ${this.#ms / 1000} s`)
      : new ConnectionLost(what, { cause });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#unlink();
  }
}

/** A network error, so another attempt makes sense. */
export class ConnectionLost extends Error {}

const STALL_MS = 30_000;

/** Ends a request that brings nothing for a time. */
export class StallWatch {
  readonly signal: AbortSignal;
  readonly #stall = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #ms: number;

  /** @param signal ends the request, too */
  constructor(ms = STALL_MS, signal?: AbortSignal) {
    this.#ms = ms;
    this.#timer = setTimeout(() => this.#stall.abort(), ms);
    this.signal = signal === undefined ? this.#stall.signal : AbortSignal.any([this.#stall.signal, signal]);
  }

  /** Something came. */
  heard(): void {
    this.#timer.refresh();
  }

  /** The error for a connection that ended. */
  lost(what: string, cause: unknown): ConnectionLost {
    return this.#stall.signal.aborted
      ? new ConnectionLost(`nothing came for ${this.#ms / 1000} s`)
      : new ConnectionLost(what, { cause });
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

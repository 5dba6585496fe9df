import type { Duplex } from 'node:stream';

/** Bytes that are parsed at once: about fifty of the shortest requests, 350 of the shortest WebSocket frames. */
const SLICE_BYTES = 2048;

/**
 * Gives a socket's input to its parser in slices, so that a client that breaks a limit costs no more than a slice. Left
 * alone, Node's parser of HTTP takes up to two megabytes at once, in which 50,000 requests fit.
 */
export class SlicedInput {
  readonly #socket: Duplex;
  readonly #parsers: readonly ((chunk: Buffer) => void)[];
  readonly #isOver: () => boolean;
  #isReleased = false;

  /**
   * @param socket one that the parser listens to already
   * @param isOver whether the rest of the input is to be discarded
   */
  constructor(socket: Duplex, isOver: () => boolean) {
    this.#socket = socket;
    this.#isOver = isOver;
    this.#parsers = socket.listeners('data') as ((chunk: Buffer) => void)[];
    for (const parser of this.#parsers) socket.off('data', parser);
    socket.on('data', this.#take);
  }

  /** Leaves the socket, and the rest of its input, to another protocol. */
  release(): void {
    this.#isReleased = true;
    this.#socket.off('data', this.#take);
  }

  readonly #take = (chunk: Buffer): void => {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      if (this.#socket.destroyed || this.#isOver()) return;
      // Node pauses a client that does not take its answers.
      if (this.#isReleased || this.#socket.isPaused()) {
        this.#socket.unshift(chunk.subarray(at));
        return;
      }
      for (const parser of this.#parsers) parser.call(this.#socket, chunk.subarray(at, at + SLICE_BYTES));
    }
  };
}

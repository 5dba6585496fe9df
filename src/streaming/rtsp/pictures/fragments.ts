import type { NalSink } from './nal-sink.js';
import { MAX_UNIT_BYTES, PIECE_BYTES, TOO_LARGE } from './unit-limits.js';

/**
 * Reassembles a fragmented NAL unit (FU of RFC 6184 §5.8 and RFC 7798 §4.4.3). Drops a NAL unit with a hole entirely.
 */
export class Fragments {
  readonly #sink: NalSink;
  readonly #typeMask: number;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #cost = 0;

  /**
   * @param typeMask the bits of a NAL unit header's first byte that hold its type; fragments of a unit agree in these
   * bits, but not always in the others
   */
  constructor(sink: NalSink, typeMask: number) {
    this.#sink = sink;
    this.#typeMask = typeMask;
  }

  get isOpen(): boolean {
    return this.#pieces.length > 0;
  }

  /**
   * @param header the NAL unit's header, derived from the fragment
   * @param data the fragment's part of the NAL unit's body
   */
  push(header: Uint8Array, data: Uint8Array, isFirst: boolean, isLast: boolean): void {
    if (isFirst) {
      this.drop();
      this.#pieces = [header];
      this.#size = header.length;
      this.#cost = 0;
    } else if (!this.isOpen || ((this.#pieces[0][0] ^ header[0]) & this.#typeMask) !== 0) {
      this.drop();
      this.#sink.damage();
      return;
    }
    this.#pieces.push(data);
    this.#size += data.length;
    this.#cost += data.length + PIECE_BYTES;
    if (this.#cost > MAX_UNIT_BYTES) {
      this.#sink.notice(TOO_LARGE);
      this.drop();
    } else if (isLast) {
      const nal = { pieces: this.#pieces, size: this.#size };
      this.#pieces = [];
      this.#sink.nal(nal);
    }
  }

  /** Drops an unfinished NAL unit and reports the loss. */
  drop(): void {
    if (!this.isOpen) return;
    this.#pieces = [];
    this.#sink.damage();
  }
}

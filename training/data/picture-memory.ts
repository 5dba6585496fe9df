import type { RgbPicture } from './render.js';

/** The handles by which threads share one memory. */
export type SharedPictures = {
  /** Lines in use, then state, position, width and height of each picture. */
  readonly table: SharedArrayBuffer;
  /** Pieces of equal size, except the last, because an array is limited in size; no picture lies across two. */
  readonly pieces: readonly SharedArrayBuffer[];
};

const [ABSENT, ARRIVING, PRESENT, BROKEN] = [0, 1, 2, 3];
const FIELDS = 4;
/** Positions count lines of this many bytes, so that they fit into 32 bits. */
const LINE = 64;
const PIECE_BYTES = 2 ** 30;
export const MOST_KEPT_BYTES = 2 ** 31 * LINE;

/** Decoded pictures, as many as fit, and the list of undecodable ones, shared by all threads. */
export class PictureMemory {
  readonly #table: Int32Array;
  readonly #pieces: readonly Uint8Array[];
  readonly #linesAPiece: number;

  constructor({ table, pieces }: SharedPictures) {
    this.#table = new Int32Array(table);
    this.#pieces = pieces.map((piece) => new Uint8Array(piece));
    this.#linesAPiece = Math.ceil((pieces[0]?.byteLength ?? 0) / LINE);
  }

  /**
   * The system allocates pages as they fill up.
   * @param bytes up to MOST_KEPT_BYTES
   * @param pieceBytes a multiple of 64; larger pictures are not kept
   */
  static allocate(count: number, bytes: number, pieceBytes = PIECE_BYTES): SharedPictures {
    return {
      table: new SharedArrayBuffer((1 + count * FIELDS) * Int32Array.BYTES_PER_ELEMENT),
      pieces: Array.from(
        { length: Math.ceil(bytes / pieceBytes) },
        (_, i) => new SharedArrayBuffer(Math.min(pieceBytes, bytes - i * pieceBytes)),
      ),
    };
  }

  get(index: number): RgbPicture | undefined {
    const at = 1 + index * FIELDS;
    if (Atomics.load(this.#table, at) !== PRESENT) return undefined;
    const [place, width, height] = this.#table.subarray(at + 1, at + FIELDS);
    return { width, height, rgb: this.#at(place, width * height * 3)! };
  }

  /** Keeps a copy if there is room. */
  put(index: number, { width, height, rgb }: RgbPicture): void {
    const at = 1 + index * FIELDS;
    if (Atomics.compareExchange(this.#table, at, ABSENT, ARRIVING) !== ABSENT) return;
    const place = this.#takePlace(rgb.length);
    if (place === undefined) {
      Atomics.store(this.#table, at, ABSENT);
      return;
    }
    this.#at(place, rgb.length)!.set(rgb);
    this.#table.set([place, width, height], at + 1);
    Atomics.store(this.#table, at, PRESENT);
  }

  /**
   * Compares before it takes a place, and never gives a place back: otherwise a place that another thread took
   * meanwhile would be given out twice.
   */
  #takePlace(bytes: number): number | undefined {
    for (;;) {
      const free = Atomics.load(this.#table, 0);
      const place =
        this.#at(free, bytes) === undefined ? Math.ceil(free / this.#linesAPiece) * this.#linesAPiece : free;
      if (this.#at(place, bytes) === undefined) return undefined;
      if (Atomics.compareExchange(this.#table, 0, free, place + Math.ceil(bytes / LINE)) === free) return place;
    }
  }

  /** Undefined if no piece has so many bytes. */
  #at(place: number, bytes: number): Uint8Array | undefined {
    const piece = this.#pieces[Math.floor(place / this.#linesAPiece)];
    const start = (place % this.#linesAPiece) * LINE;
    return piece === undefined || start + bytes > piece.length ? undefined : piece.subarray(start, start + bytes);
  }

  isBroken(index: number): boolean {
    return Atomics.load(this.#table, 1 + index * FIELDS) === BROKEN;
  }

  /** True if this call was the first to mark the picture. */
  markBroken(index: number): boolean {
    return Atomics.exchange(this.#table, 1 + index * FIELDS, BROKEN) !== BROKEN;
  }
}

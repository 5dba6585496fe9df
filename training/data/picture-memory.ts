import type { Picture } from './render.js';

/** What threads are given to share one memory. */
export type SharedPictures = {
  /** Lines in use, then state, place, width and height of each picture. */
  readonly table: SharedArrayBuffer;
  readonly pixels: SharedArrayBuffer;
};

const [ABSENT, ARRIVING, PRESENT, BROKEN] = [0, 1, 2, 3];
const FIELDS = 4;
/** Places are counted in lines of so many bytes, so that they fit into 32 bits. */
const LINE = 64;

/** Decoded pictures, as many as fit, and which ones cannot be decoded: known to all threads, told by whichever was first. */
export class PictureMemory {
  readonly #table: Int32Array;
  readonly #pixels: Uint8Array;

  constructor({ table, pixels }: SharedPictures) {
    this.#table = new Int32Array(table);
    this.#pixels = new Uint8Array(pixels);
  }

  /** @param bytes below 2^37, and no more than a typed array can have; pages are taken from the system as they fill up */
  static allocate(count: number, bytes: number): SharedPictures {
    return { table: new SharedArrayBuffer((1 + count * FIELDS) * Int32Array.BYTES_PER_ELEMENT), pixels: new SharedArrayBuffer(bytes) };
  }

  get(index: number): Picture | undefined {
    const at = 1 + index * FIELDS;
    if (Atomics.load(this.#table, at) !== PRESENT) return undefined;
    const [place, width, height] = this.#table.subarray(at + 1, at + FIELDS);
    return { width, height, rgb: this.#pixels.subarray(place * LINE, place * LINE + width * height * 3) };
  }

  /** Keeps a copy where there is room. */
  put(index: number, { width, height, rgb }: Picture): void {
    const at = 1 + index * FIELDS;
    if (Atomics.compareExchange(this.#table, at, ABSENT, ARRIVING) !== ABSENT) return;
    const place = this.#takePlace(rgb.length);
    if (place === undefined) {
      Atomics.store(this.#table, at, ABSENT);
      return;
    }
    this.#pixels.set(rgb, place * LINE);
    this.#table.set([place, width, height], at + 1);
    Atomics.store(this.#table, at, PRESENT);
  }

  /** Not taken and given back: what another thread is given in between would be given out again. */
  #takePlace(bytes: number): number | undefined {
    for (;;) {
      const place = Atomics.load(this.#table, 0);
      if (place * LINE + bytes > this.#pixels.length) return undefined;
      if (Atomics.compareExchange(this.#table, 0, place, place + Math.ceil(bytes / LINE)) === place) return place;
    }
  }

  isBroken(index: number): boolean {
    return Atomics.load(this.#table, 1 + index * FIELDS) === BROKEN;
  }

  /** Whether nobody knew. */
  markBroken(index: number): boolean {
    return Atomics.exchange(this.#table, 1 + index * FIELDS, BROKEN) !== BROKEN;
  }
}

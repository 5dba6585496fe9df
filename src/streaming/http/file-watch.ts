import { fileState } from '../../files/file-state.js';

/** Ticks between two looks at the files. */
const LOOK_EVERY = 5;

/** Reads files again when one of them has changed, and keeps the former content if the new one cannot be used. */
export class FileWatch<T> {
  readonly #paths: readonly string[];
  readonly #read: () => T;
  readonly #apply: (content: T) => void;
  readonly #onWarning: (message: string) => void;
  #seen: string;
  #ticks = 0;

  constructor(
    paths: readonly string[],
    read: () => T,
    apply: (content: T) => void,
    onWarning: (message: string) => void,
  ) {
    this.#paths = paths;
    this.#read = read;
    this.#apply = apply;
    this.#onWarning = onWarning;
    this.#seen = fileState(paths);
    apply(read());
  }

  /** Call it once a second. */
  tick(): void {
    if (++this.#ticks % LOOK_EVERY !== 0) return;
    const state = fileState(this.#paths);
    if (state === this.#seen) return;
    this.#seen = state;
    try {
      this.#apply(this.#read());
    } catch (error) {
      this.#onWarning(`${(error as Error).message}; the former content stays in use`);
    }
  }
}

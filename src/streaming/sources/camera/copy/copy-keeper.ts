import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError } from '../../../../core/errors.js';
import { OutputFile } from '../../../../files/output-file.js';

export type CopyKeeperOptions = {
  /** Path of the first connection's file; `copyPath` names the others. */
  readonly path: string;
  /** Called once when keeping has to stop; the files so far remain. */
  readonly onFailure: (error: OutputError) => void;
  /** Bytes that may still be written in a folder. Default: the file system's answer. */
  readonly freeBytesIn?: (folder: string) => number;
};

/** A video drawn from the kept files took 0.4 to 1.4 times their size. */
const LEAST_FREE_PER_KEPT = 2;
/** Reserve for other files on the same disk, such as recordings and logs. */
const RESERVE_BYTES = 16 * 2 ** 20;

/**
 * Keeps a camera's stream, one file for each connection, as long as there is room: the video has to be drawn beside
 * them, and a completely full disk would affect more than a video.
 */
export class CopyKeeper {
  readonly #options: CopyKeeperOptions;
  readonly #folder: string;
  readonly #freeBytesIn: (folder: string) => number;
  /** Of each connection's file. */
  readonly #sizes: number[] = [];
  #file: OutputFile | undefined;
  #hasEnded = false;

  constructor(options: CopyKeeperOptions) {
    this.#options = options;
    this.#folder = dirname(options.path);
    this.#freeBytesIn = options.freeBytesIn ?? freeBytesIn;
  }

  /** Of the current file; undefined if there is none. */
  get path(): string | undefined {
    return this.#file && copyPath(this.#options.path, this.#sizes.length - 1);
  }

  /**
   * Begins a connection's file, and overwrites that of an earlier attempt.
   * @returns whether it is kept
   */
  begin(epoch: number): boolean {
    this.finish();
    this.#sizes[epoch] = 0;
    if (!this.#hasEnded)
      this.#guarded(() => {
        this.#file = new OutputFile(copyPath(this.#options.path, epoch), (error) => this.#end(error));
      });
    return this.#file !== undefined;
  }

  write(piece: Uint8Array): void {
    this.#guarded(() => {
      const keptBytes = this.#sizes.reduce((sum, bytes) => sum + bytes, 0);
      const freeBytes = this.#freeBytesIn(this.#folder);
      if (freeBytes < LEAST_FREE_PER_KEPT * keptBytes + RESERVE_BYTES) {
        throw new OutputError(
          `the disk of ${this.#folder} has ${inMegabytes(freeBytes)} left, but the video of the ${inMegabytes(keptBytes)} kept so far needs room too; free some space, or choose another place`,
        );
      }
      this.#file?.write(piece);
      this.#sizes[this.#sizes.length - 1] += piece.length;
    });
  }

  /** Closes the current file. */
  finish(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #guarded(act: () => void): void {
    if (this.#hasEnded) return;
    try {
      act();
    } catch (error) {
      this.#end(
        error instanceof OutputError
          ? error
          : new OutputError(`${this.#folder} cannot be written: ${(error as Error).message}`, { cause: error }),
      );
    }
  }

  #end(error: OutputError): void {
    this.finish();
    this.#hasEnded = true;
    this.#options.onFailure(error);
  }
}

/** The path of a connection's copy: the given path for the first, `name.1.nut`, `name.2.nut`… for later ones. */
export function copyPath(keepCopyTo: string, epoch: number): string {
  return epoch === 0 ? keepCopyTo : keepCopyTo.replace(/(\.[^./\\]*)?$/, `.${epoch}$1`);
}

function freeBytesIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

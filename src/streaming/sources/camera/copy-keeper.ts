import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError } from '../../../core/errors.js';
import { OutputFile } from '../../../recording/output-file.js';

export type CopyKeeperOptions = {
  /** Of the first connection's file; `copyPath` names the others. */
  readonly path: string;
  /** Told once when nothing can be kept any more; what was kept until then stays. */
  readonly onFailure: (error: OutputError) => void;
  /** Bytes that may still be written in a folder. Default: what its file system says. */
  readonly freeBytesIn?: (folder: string) => number;
};

/** A video that is drawn from what was kept took 0.4 to 1.4 times as much. */
const LEAST_FREE_PER_KEPT = 2;
/** For what else is written on the same disk meanwhile, recordings and logs. */
const RESERVE_BYTES = 16 * 2 ** 20;

/**
 * Keeps what a camera sends, one file for each connection, as long as there is room: the video has to be drawn beside
 * them, and a disk that is full to its brim would take down more than a video.
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

  /** Of the file that is being kept; undefined where none is. */
  get path(): string | undefined {
    return this.#file && copyPath(this.#options.path, this.#sizes.length - 1);
  }

  /** Begins a connection's file, over what an attempt before it left. @returns whether it is kept */
  begin(epoch: number): boolean {
    this.finish();
    this.#sizes[epoch] = 0;
    if (!this.#hasEnded) this.#guarded(() => { this.#file = new OutputFile(copyPath(this.#options.path, epoch), (error) => this.#end(error)); });
    return this.#file !== undefined;
  }

  write(piece: Uint8Array): void {
    this.#guarded(() => {
      const keptBytes = this.#sizes.reduce((sum, bytes) => sum + bytes, 0);
      const freeBytes = this.#freeBytesIn(this.#folder);
      if (freeBytes < LEAST_FREE_PER_KEPT * keptBytes + RESERVE_BYTES) {
        throw new OutputError(`the disk of ${this.#folder} has ${inMegabytes(freeBytes)} left, and the ${inMegabytes(keptBytes)} that were kept have yet to be drawn; free some space or choose another place`);
      }
      this.#file?.write(piece);
      this.#sizes[this.#sizes.length - 1] += piece.length;
    });
  }

  /** Closes the file that was begun last. */
  finish(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #guarded(act: () => void): void {
    if (this.#hasEnded) return;
    try {
      act();
    } catch (error) {
      this.#end(error instanceof OutputError ? error : new OutputError(`${this.#folder} cannot be written: ${(error as Error).message}`, { cause: error }));
    }
  }

  #end(error: OutputError): void {
    this.finish();
    this.#hasEnded = true;
    this.#options.onFailure(error);
  }
}

/** Where the copy of a connection goes: the path itself for the first, `name.1.nut`, `name.2.nut`… for those after. */
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

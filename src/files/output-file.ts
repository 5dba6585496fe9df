import { closeSync, openSync, writeSync } from 'node:fs';
import { OutputError } from '../core/errors.js';

/** Called once when a file can no longer be written. Later writes are ignored. */
export type OnOutputFailure = (error: OutputError) => void;

/**
 * A file that is written piece by piece. `write` hands each piece to the operating system before it returns (some 10 µs
 * for an event), so a killed process loses nothing. A failure stops the file, not the run.
 */
export class OutputFile {
  readonly #path: string;
  readonly #onFailure: OnOutputFailure;
  #fd: number | undefined;
  #endBytes = 0;

  /**
   * Creates the file, or empties an existing one.
   * @throws OutputError if that is impossible
   */
  constructor(path: string, onFailure: OnOutputFailure) {
    this.#path = path;
    this.#onFailure = onFailure;
    try {
      this.#fd = openSync(path, 'w');
    } catch (cause) {
      throw new OutputError(`cannot write ${path}: ${remedy(cause as NodeJS.ErrnoException)}`, { cause });
    }
  }

  /** Appends `content`, over the file's last `overwriteBytes` bytes. */
  write(content: string | Uint8Array, overwriteBytes = 0): void {
    if (this.#fd === undefined) return;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const startBytes = this.#endBytes - overwriteBytes;
    try {
      for (let done = 0; done < bytes.length;) {
        // A pipe has no positions; only files are overwritten.
        done += writeSync(this.#fd, bytes, done, bytes.length - done, overwriteBytes === 0 ? null : startBytes + done);
      }
      this.#endBytes = startBytes + bytes.length;
    } catch (cause) {
      this.close();
      this.#onFailure(
        new OutputError(
          `writing ${this.#path} failed, so the file ends here: ${remedy(cause as NodeJS.ErrnoException)}`,
          {
            cause,
          },
        ),
      );
    }
  }

  /** Safe to call twice. */
  close(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    closeSync(fd);
  }
}

/** The error of an output, with the remedy. */
export function remedy(cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case 'ENOENT':
      return 'its folder does not exist; create it first';
    case 'EACCES':
    case 'EPERM':
      return 'no permission; choose another place or change its owner';
    case 'EISDIR':
      return 'it is a folder; give the name of a file';
    case 'ENOTDIR':
      return 'a part of its path is a file, not a folder';
    case 'EROFS':
      return 'the file system is read-only; choose another place';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; free some space or choose another place';
    case undefined:
    default:
      return cause.message;
  }
}

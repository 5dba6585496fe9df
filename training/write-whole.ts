import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError } from '../src/core/errors.js';

/**
 * Writes a file of a run from its pieces, all of it or nothing, and makes its folder where there is none. A run has one
 * writer, so the draft has one name: what a crash leaves of it is written over, not piled up.
 * @throws OutputError naming the path; what was there before stays
 */
export function writeWhole(path: string, pieces: readonly Uint8Array[]): void {
  const draft = `${path}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(draft, 'w');
    try {
      writeAll(file, pieces);
      renameSync(draft, path);
    } catch (cause) {
      rmSync(draft, { force: true });
      throw cause;
    }
  } catch (cause) {
    throw new OutputError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Closes the file when all is on the disk. */
function writeAll(file: number, pieces: readonly Uint8Array[]): void {
  try {
    for (const piece of pieces) {
      for (let written = 0; written < piece.length;) written += writeSync(file, piece, written);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError } from '../src/core/errors.js';

/**
 * Writes a file of a run from its pieces, atomically, and creates its folder if needed. A run has one writer, so the
 * draft has one name: the next draft overwrites the rest of a crash.
 * @throws OutputError naming the path; the previous file stays
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

/** Closes the file when all data are on the disk. */
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

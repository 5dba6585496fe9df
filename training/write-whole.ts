import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError } from '../src/core/errors.js';

/**
 * Writes a file from its pieces, all of it or nothing, and makes its folder where there is none.
 * @throws OutputError naming the path; what was there before stays
 */
export function writeWhole(path: string, pieces: readonly Uint8Array[]): void {
  const draft = `${path}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(draft, 'w');
    try {
      for (const piece of pieces) {
        for (let written = 0; written < piece.length;) written += writeSync(file, piece, written);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true, recursive: true });
    throw new OutputError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

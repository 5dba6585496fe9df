import { closeSync, fsyncSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutputError } from '../core/errors.js';
import { makeFolder } from './make-folder.js';
import { openNewDraft, syncFolderOf } from './new-draft.js';

/**
 * Writes a file from its pieces, atomically, and creates its folder if needed; returns when all is on the disk. For a
 * file with one writer: the draft has one name, so the next draft overwrites the rest of a crash.
 * @throws OutputError naming the path; the previous file stays
 */
export function writeFileDurably(path: string, pieces: readonly Uint8Array[]): void {
  const draft = `${path}.tmp`;
  try {
    makeFolder(dirname(path));
    const file = openNewDraft(draft);
    try {
      writeAll(file, pieces);
      renameSync(draft, path);
      syncFolderOf(path);
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

import { closeSync, constants, fsyncSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Opens a new, empty draft for writing. The rest of a crash under that name is removed, and nothing that another user
 * has put there is written to: `O_EXCL` follows no link.
 * @returns its descriptor
 */
export function openNewDraft(draft: string, mode = 0o666): number {
  try {
    unlinkSync(draft);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
}

/** Puts the entry of a file that was renamed onto the disk, where the system can. */
export function syncFolderOf(path: string): void {
  let folder: number | undefined;
  try {
    folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
  } catch {
    // Not every file system can; the file itself is on the disk.
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

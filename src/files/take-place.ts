import { chmodSync, chownSync, renameSync, statSync } from 'node:fs';
import { syncFolderOf } from './new-draft.js';

/** Puts a draft in the place of an older file, whose permissions and owner it takes. */
export function takePlaceOf(path: string, draft: string): void {
  const older = statSync(path, { throwIfNoEntry: false });
  if (older !== undefined) {
    // First, because a change of the owner may clear permissions.
    tryToChown(draft, older.uid, older.gid);
    chmodSync(draft, older.mode);
  }
  renameSync(draft, path);
  syncFolderOf(path);
}

/** Only the superuser may give a file away. */
function tryToChown(path: string, uid: number, gid: number): void {
  try {
    chownSync(path, uid, gid);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') throw cause;
  }
}

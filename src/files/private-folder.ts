import { lstatSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder.js';

const OTHERS = 0o077;

/**
 * A folder for temporary files that no other user can read or change, the same one at each call.
 * @param otherwise thrown if there can be none, or if another user has taken its name
 */
export function privateTemporaryFolder(otherwise: unknown): string {
  const { uid } = userInfo();
  const path = join(tmpdir(), `nowcast-${uid}`);
  try {
    makeFolder(path, 0o700);
    const stats = lstatSync(path);
    if (stats.isDirectory() && (uid < 0 || (stats.uid === uid && (stats.mode & OTHERS) === 0))) return path;
  } catch {
    // The first failure says more.
  }
  throw otherwise;
}

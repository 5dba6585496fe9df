import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';
import { syncFolderOf } from './new-draft.js';
import { cannotWrite } from './output-failure.js';

export type AtomicWriteOptions = {
  /** Of the file. Default: as the umask says. */
  readonly mode?: number;
  /** Of the folders that are created. Default: as the umask says. */
  readonly folderMode?: number;
};

/**
 * Writes a file atomically; creates its folder if needed. Several processes may write the same one at once, so each
 * draft has its own name, which nobody can predict. When the file has its name, its content is on the disk.
 * @throws OutputError naming the path
 */
export function writeFileAtomic(
  path: string,
  data: Uint8Array | string,
  { mode, ...options }: AtomicWriteOptions = {},
): Promise<void> {
  return replaceFile(
    path,
    async (draft) => {
      const file = await open(draft, 'wx', mode);
      try {
        await file.writeFile(data);
      } finally {
        await file.close();
      }
    },
    options,
  );
}

/**
 * The same for a file that `write` makes under the draft's name.
 * @throws OutputError naming the path
 */
export async function replaceFile(
  path: string,
  write: (draft: string) => Promise<void>,
  { folderMode }: Pick<AtomicWriteOptions, 'folderMode'> = {},
): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    makeFolder(dirname(path), folderMode);
    await write(draft);
    await sync(draft);
    await rename(draft, path);
    syncFolderOf(path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw cannotWrite(path, cause);
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

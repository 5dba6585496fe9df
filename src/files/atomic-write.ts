import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cannotWrite } from './output-failure.js';

/**
 * Writes a file atomically; creates its folder if needed. Several processes may write the same one at once, so each
 * draft has its own name.
 * @throws OutputError naming the path
 */
export function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  return replaceFile(path, (draft) => writeFile(draft, data));
}

/**
 * The same for a file that `write` makes under the draft's name.
 * @throws OutputError naming the path
 */
export async function replaceFile(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(draft);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw cannotWrite(path, cause);
  }
}

import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeFileAtomic } from '../files/atomic-write.js';
import { sha256Of } from '../files/sha256.js';

/**
 * Whether a file is as {@link writeSealed} left it. A disk that was full, a crash and a meddler all change it, and a
 * model that is cut off in its weights may open all the same.
 */
export async function isIntact(path: string): Promise<boolean> {
  try {
    // To open a named pipe would wait for ever.
    for (const one of [path, sealPath(path)]) if (!(await lstat(one)).isFile()) return false;
    const [seal] = (await readFile(sealPath(path), 'utf8')).split(/\s/);
    return seal === (await sha256Of(path));
  } catch {
    return false;
  }
}

/**
 * Writes a file and its hash beside it, in the form that `sha256sum -c` reads.
 * @throws OutputError
 */
export async function writeSealed(path: string, content: Uint8Array): Promise<void> {
  await writeFileAtomic(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  await writeFileAtomic(sealPath(path), `${sha256}  ${basename(path)}\n`);
}

function sealPath(path: string): string {
  return `${path}.sha256`;
}

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Creates a folder and those that it lies in. Node's own recursive creation never returns below `/proc`, which a wrong
 * home folder may name.
 * @param mode of the folders that are created
 * @param made gets their paths, the outermost first, if it fails too
 * @throws the error of the file system
 */
export function makeFolder(path: string, mode = 0o777, made: string[] = []): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode });
      made.push(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The folder around it is there; file systems such as `/proc` take none.
      if (code === 'ENOENT') throw new Error(`no folder can be made in ${dirname(folder)}; choose another place`);
      // Another process was faster.
      if (code !== 'EEXIST') throw error;
    }
  }
  if (!statSync(path).isDirectory())
    throw Object.assign(new Error(`ENOTDIR: ${path} is a file, not a folder`), { code: 'ENOTDIR' });
}

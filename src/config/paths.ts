import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { didYouMean } from './suggest.js';

/**
 * Tells a file from a folder.
 * @throws UsageError naming the absolute path, and a name near it in its folder, where there is neither
 */
export function existingPath(path: string): { readonly what: 'file' | 'folder'; readonly path: string } {
  const absolute = resolve(path);
  try {
    return { what: statSync(absolute).isDirectory() ? 'folder' : 'file', path: absolute };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      throw new UsageError(`the source ${absolute} cannot be read (${code ?? String(cause)}); check its permissions`, {
        cause,
      });
    throw new UsageError(`the source ${absolute} does not exist${hint(absolute)}`, { cause });
  }
}

/** Whether `path` is there and no folder. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The path without symbolic links; as it stands where there is nothing yet. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function hint(absolute: string): string {
  const folder = dirname(absolute);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return `, nor does its folder; check the path`;
  }
  return didYouMean(basename(absolute), names) || '; check the path';
}

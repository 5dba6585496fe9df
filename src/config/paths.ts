import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UsageError } from '../core/errors.js';
import { didYouMean } from './suggest.js';

/**
 * Whether a path is a file or a folder.
 * @throws UsageError naming the absolute path, and a similar name in its folder, if neither exists
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

/** True for an existing path that is not a folder. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The path without symbolic links. A path that does not exist yet stays unchanged. */
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

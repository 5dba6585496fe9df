import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UsageError } from '../core/errors.js';
import type { PathContent } from '../core/source-kind.js';
import { didYouMean } from './suggest.js';

/**
 * Tells a file, a folder, a pipe and nothing from each other.
 * @throws UsageError naming the path where the system does not let it be looked at
 */
export function whatIsAt(absolute: string): PathContent {
  try {
    const found = statSync(absolute);
    if (found.isDirectory()) return 'folder';
    return found.isFile() || found.isBlockDevice() ? 'file' : 'pipe';
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    const remedy = code === 'ELOOP' ? 'it is a link that leads back to itself' : 'check its permissions';
    throw new UsageError(`the source ${absolute} cannot be read (${code ?? String(cause)}); ${remedy}`, { cause });
  }
}

/** The problem of a path with nothing at it, with a name near it in its folder. */
export function missingSource(absolute: string): UsageError {
  let cause: unknown;
  try {
    statSync(absolute);
  } catch (error) {
    cause = error;
  }
  return new UsageError(`the source ${absolute} does not exist${hint(absolute)}`, { cause });
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

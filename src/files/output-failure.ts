import { OutputError } from '../core/errors.js';

/** The error of a file that cannot be written, with the remedy. A cause that says so already stays as it is. */
export function cannotWrite(path: string, cause: unknown): OutputError {
  if (cause instanceof OutputError) return cause;
  return new OutputError(`cannot write ${path}: ${remedy(cause as NodeJS.ErrnoException)}`, { cause });
}

/** The reason of a failure, with the remedy. */
export function remedy(cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case 'ENOENT':
      return 'its folder does not exist; create it first';
    case 'ENXIO':
      return 'nobody reads this pipe; start its reader first';
    case 'EPIPE':
      return 'its reader has gone';
    case 'EACCES':
    case 'EPERM':
      return 'no permission; choose another place or change its owner';
    case 'EISDIR':
      return 'it is a folder; give the name of a file';
    case 'ENOTDIR':
      return 'a part of its path is a file, not a folder';
    case 'ENAMETOOLONG':
      return 'its name is too long; choose a shorter one';
    case 'ELOOP':
      return 'its links lead to each other; choose another name';
    case 'EROFS':
      return 'the file system is read-only; choose another place (relative paths of a configuration lie beside it)';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; free some space or choose another place';
    case undefined:
    default:
      return cause.message;
  }
}

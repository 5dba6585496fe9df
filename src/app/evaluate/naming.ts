import { DataError } from '../../core/errors.js';

/** Adds the file's name to errors about its content. */
export function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DataError && !error.message.startsWith(path))
      throw new DataError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

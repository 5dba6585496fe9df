import { NUMPY_CLASSES } from '../../src/pickle/numpy-classes.js';
import { unpickle } from '../../src/pickle/unpickle.js';
import { readBytes } from '../load.js';

/** Whether a file is a pickle by its name. */
export function isPickle(path: string): boolean {
  return /\.(pkl|pickle)$/i.test(path);
}

/**
 * Reads a pickle of Python containers, numbers and NumPy arrays, without running anything of it.
 * @throws UsageError if the file cannot be read; PickleError if it holds anything else
 */
export function readPickleFile(path: string): unknown {
  return unpickle(readBytes(path), { classes: NUMPY_CLASSES }).value;
}

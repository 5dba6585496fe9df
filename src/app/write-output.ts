import { closeSync, openSync, writeFileSync } from 'node:fs';
import { OutputError } from '../core/errors.js';

/** @throws OutputError where the file cannot be written */
export function writeOutput(path: string, text: string): void {
  namingFailure(path, () => writeFileSync(path, text));
}

/**
 * Checks before long work that its result can be written; leaves the file's content as it is.
 * @throws OutputError where the file cannot be written
 */
export function checkWritable(path: string): void {
  namingFailure(path, () => closeSync(openSync(path, 'a')));
}

function namingFailure(path: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw new OutputError(`cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

import { readFileSync, statSync } from 'node:fs';
import { DataError, UsageError } from '../src/core/errors.js';
import { parsePythonJson } from '../src/core/python-json.js';
import { utf8Text } from '../src/core/utf8.js';

/** The longest string of V8, and so the largest JSON file that can be read in one piece. */
const MAX_BYTES = 0x1fffffe8;

/**
 * @throws UsageError if the file cannot be read
 * @throws DataError if it is empty, too large, or not JSON
 */
export function readJsonFile(path: string): unknown {
  return parseJson(path, readTextFile(path));
}

/**
 * @param path names the file in messages
 * @throws DataError if the text is empty or not JSON
 */
export function parseJson(path: string, text: string): unknown {
  if (text.trim() === '') throw new DataError(`${path} is empty`);
  try {
    return parsePythonJson(text);
  } catch (cause) {
    throw new DataError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/**
 * @throws UsageError if the file cannot be read
 * @throws DataError if it is too large, or no text in UTF-8
 */
export function readTextFile(path: string): string {
  return utf8Text(readBytes(path), path);
}

/**
 * @throws UsageError if the file cannot be read
 * @throws DataError if it is too large
 */
export function readBytes(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES)
      throw new DataError(
        `${path} has ${size} bytes; more than ${MAX_BYTES} cannot be read at once: split it by sequence`,
      );
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new UsageError(`cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

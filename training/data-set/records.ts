import { DataError } from '../../src/core/errors.js';

/** An object of a JSON file before it is checked. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * The list under a key of the annotations.
 * @param name of the file, for messages
 * @throws DataError if it is no list of objects
 */
export function recordsOf(json: unknown, key: string, name: string): readonly Json[] {
  const value = (json as Json | null)?.[key];
  if (!Array.isArray(value)) throw new DataError(`${name}: "${key}" must be an array; this must be a COCO file`);
  const other = value.findIndex((entry) => typeof entry !== 'object' || entry === null);
  if (other >= 0) throw new DataError(`${name}: ${key}[${other}] is ${shown(value[other])}; it must be an object`);
  return value as Json[];
}

/** A value as the file shows it: a text in quotes, so that "1" and 1 differ. */
export function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}

import { DataError } from '../src/core/errors.js';

/** An object of a JSON file before it is checked. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The list of objects under `key` of an annotation file. */
export function recordsOf(json: JsonRecord, key: string): readonly JsonRecord[] {
  const list = json[key];
  if (!Array.isArray(list)) throw new DataError(`annotations: "${key}" must be an array, got ${describe(list)}`);
  const wrong = list.findIndex((entry) => typeof entry !== 'object' || entry === null || Array.isArray(entry));
  if (wrong >= 0) throw new DataError(`annotations: ${key}[${wrong}] must be an object, got ${describe(list[wrong])}`);
  return list as JsonRecord[];
}

/** @param list name of the list in messages; the record is its entry `i` */
export function integerOf(record: JsonRecord, key: string, list: string, i: number): number {
  const value = record[key];
  if (!Number.isInteger(value)) throw wrong(record, key, list, i, 'an integer');
  return value as number;
}

export function numberOf(record: JsonRecord, key: string, list: string, i: number): number {
  const value = record[key];
  if (!Number.isFinite(value)) throw wrong(record, key, list, i, 'a number');
  return value as number;
}

/** Copies `bbox` (left, top, width, height) to `target[at…]`. */
export function boxOf(record: JsonRecord, list: string, i: number, target: Float64Array, at: number): void {
  const box = record['bbox'];
  if (!Array.isArray(box) || box.length !== 4)
    throw wrong(record, 'bbox', list, i, 'an array [left, top, width, height]');
  for (let side = 0; side < 4; side++) {
    const value: unknown = box[side];
    if (typeof value !== 'number' || value - value !== 0) throw wrong(record, 'bbox', list, i, 'four finite numbers');
    target[at + side] = value;
  }
  if (target[at + 2] < 0 || target[at + 3] < 0)
    throw wrong(record, 'bbox', list, i, '[left, top, width, height] with a width and a height of 0 or more');
}

/** A value as a message shows it, shortened. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function wrong(record: JsonRecord, key: string, list: string, i: number, wanted: string): DataError {
  const id = record['id'];
  return new DataError(
    `${list}[${i}]${id === undefined ? '' : ` (id ${describe(id)})`}: "${key}" must be ${wanted}, got ${describe(record[key])}`,
  );
}

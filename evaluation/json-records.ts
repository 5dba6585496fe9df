import { DataError } from '../src/core/errors.js';
import { asRecordId, type RecordId } from './record-id.js';

/** An object of a JSON file before it is checked. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The list of objects under `key` of an annotation file. */
export function recordsOf(json: JsonRecord, key: string): readonly JsonRecord[] {
  const list = json[key];
  if (!Array.isArray(list)) throw new DataError(`annotations: "${key}" must be an array, got ${describe(list)}`);
  const wrong = list.findIndex((entry) => !isJsonRecord(entry));
  if (wrong >= 0) throw new DataError(`annotations: ${key}[${wrong}] must be an object, got ${describe(list[wrong])}`);
  return list as JsonRecord[];
}

export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param list name of the list in messages; the record is its entry `i` */
export function integerOf(record: JsonRecord, key: string, list: string, i: number): number {
  const value = record[key];
  if (!Number.isInteger(value)) throw wrongField(record, key, list, i, 'an integer');
  return value as number;
}

/** A number, which may be NaN or infinite; as in Python, `true` is 1. */
export function numberOf(record: JsonRecord, key: string, list: string, i: number): number {
  const number = asNumber(record[key]);
  if (number === undefined) throw wrongField(record, key, list, i, 'a number');
  return number;
}

/** The record's own id. */
export function idOf(record: JsonRecord, list: string, i: number): RecordId {
  const id = asRecordId(record['id']);
  if (id === undefined) throw wrongField(record, 'id', list, i, 'a number or a text');
  return id;
}

/** The id that a record refers to; undefined for null, which refers to nothing. */
export function referenceOf(record: JsonRecord, key: string, list: string, i: number): RecordId | undefined {
  const value = record[key];
  if (value === undefined || (typeof value === 'object' && value !== null))
    throw wrongField(record, key, list, i, 'the id of a record');
  return asRecordId(value);
}

/** Copies `bbox` (left, top, width, height) to `target[at…]`. The numbers may be negative, NaN or infinite. */
export function boxOf(record: JsonRecord, list: string, i: number, target: Float64Array, at: number): void {
  const box = record['bbox'];
  if (!Array.isArray(box) || box.length !== 4)
    throw wrongField(record, 'bbox', list, i, 'an array [left, top, width, height]');
  for (let side = 0; side < 4; side++) {
    const number = asNumber(box[side]);
    if (number === undefined) throw wrongField(record, 'bbox', list, i, 'four numbers');
    target[at + side] = number;
  }
}

/** The same as NumPy reads a box: a number may be written as text, and null is NaN. */
export function numpyBoxOf(record: JsonRecord, list: string, i: number, target: Float64Array, at: number): void {
  const box = record['bbox'];
  if (!Array.isArray(box) || box.length !== 4)
    throw wrongField(record, 'bbox', list, i, 'an array [left, top, width, height]');
  box.forEach((value: unknown, side) => {
    const number = value === null ? NaN : (asNumber(value) ?? numberIn(value));
    if (number === undefined) throw wrongField(record, 'bbox', list, i, 'four numbers');
    target[at + side] = number;
  });
}

/** The number that a text shows, as Python reads it. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?nan$/i.test(text)) return NaN;
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return undefined;
}

/** The oddity of a box that can be scored all the same; undefined for a usual box. */
export function oddityOf(boxes: Float64Array, at: number): string | undefined {
  const [width, height] = [boxes[at + 2], boxes[at + 3]];
  if (![boxes[at], boxes[at + 1], width, height].every(Number.isFinite)) return 'a number that is not finite';
  return width < 0 || height < 0 ? 'a negative width or height' : undefined;
}

/** A value as a message shows it, shortened. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text =
    typeof value === 'number' || typeof value === 'bigint'
      ? String(value)
      : (JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** The number that a JSON value is. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : undefined;
}

export function wrongField(record: JsonRecord, key: string, list: string, i: number, wanted: string): DataError {
  const id = record['id'];
  return new DataError(
    `${list}[${i}]${id === undefined ? '' : ` (id ${describe(id)})`}: "${key}" must be ${wanted}, got ${describe(record[key])}`,
  );
}

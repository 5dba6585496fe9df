/**
 * The id of an image, a class or an annotation. Data sets number or name them; whole numbers beyond 2^53 are `bigint`,
 * so that no digit is lost.
 */
export type RecordId = number | string | bigint;

/**
 * The id that a JSON value stands for; equal ids are the same value. As in Python, `true` is 1 and `1.0` is 1.
 * @returns undefined for null, NaN, lists and objects
 */
export function asRecordId(value: unknown): RecordId | undefined {
  if (typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** Orders ids of one kind as Python does: numbers by value, texts by code point. */
export function compareIds(a: RecordId, b: RecordId): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An id as JSON and messages show it. */
export function idText(id: RecordId): string {
  return typeof id === 'string' ? JSON.stringify(id) : String(id);
}

function compareTexts(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const differing = left.findIndex((letter, i) => letter !== right[i]);
  if (differing < 0) return left.length - right.length;
  return (left[differing].codePointAt(0) ?? 0) - (right[differing]?.codePointAt(0) ?? -1);
}

import { DataError } from '../../src/core/errors.js';
import { isNumpyArray, plain } from '../../src/pickle/numpy-array.js';

/** The value of a key of a dictionary, or undefined. */
export function entryOf(value: unknown, key: string): unknown {
  return value instanceof Map ? (value as Map<unknown, unknown>).get(key) : undefined;
}

/** The elements of a list, a tuple or an array of one dimension. @param where names it in messages */
export function listIn(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (isNumpyArray(value) && value.shape.length === 1) return Array.from(value.values, plain);
  throw new DataError(`${where} must be a list`);
}

/** The numbers of a list, a tuple or an array of one dimension. */
export function numbersIn(value: unknown, where: string): number[] {
  return listIn(value, where).map((element, i) => {
    const number = plain(element);
    if (typeof number !== 'number') throw new DataError(`${where}[${i}] must be a number`);
    return number;
  });
}

export type Matrix = {
  readonly rows: number;
  readonly columns: number;
  readonly at: (row: number, column: number) => number;
  /** Whether the toolkit computes with these numbers in single precision. */
  readonly isFloat32: boolean;
};

/** A table of numbers: an array of two dimensions, or a list of equally long rows. */
export function matrixIn(value: unknown, where: string): Matrix {
  if (isNumpyArray(value)) {
    const { shape, values, dtype } = value;
    const [rows, columns] = shape;
    // Without detections, the toolkit has arrays of any shape.
    if (values.length === 0) return { rows: 0, columns: 0, at: () => NaN, isFloat32: false };
    const numbers = Array.from(values, plain);
    if (shape.length !== 2 || !numbers.every((value) => typeof value === 'number'))
      throw new DataError(`${where} must be an array of numbers with two dimensions`);
    return {
      rows,
      columns,
      at: (row, column) => numbers[row * columns + column],
      isFloat32: dtype.letter === 'f' && dtype.bytes === 4,
    };
  }
  const list = listIn(value, where).map((row, i) => numbersIn(row, `${where}[${i}]`));
  const columns = list[0]?.length ?? 0;
  if (list.some((row) => row.length !== columns)) throw new DataError(`${where} must have rows of one length`);
  return { rows: list.length, columns, at: (row, column) => list[row][column], isFloat32: false };
}

import type { Size } from '../../../core/size.js';
import { STRIDES } from './grid.js';

/** A column of the rows that holds positions: the axis along which it grows, and its unit. */
export type Dependence = {
  readonly axis: 'x' | 'y';
  /** `other`: neither pixels nor fractions of the input. */
  readonly unit: 'pixels' | 'fractions' | 'other';
  /** Pixels of the input for each unit of the column. */
  readonly pixelsPerUnit: number;
};

/** A straight line through one level's values along an axis. */
type Line = { readonly scale: number; readonly explained: number };

/** Levels with fewer cells along an axis say nothing about it. */
const LEAST_CELLS = 4;
/** Share of the variance that the line must explain. */
const LEAST_EXPLAINED = 0.9;
/** How far the scale may be from the unit's: at the finest level, where borders count least, and at the others. */
const TOLERANCE = { finest: 0.15, others: 0.4 } as const;
/** Lines of an unknown unit must fit better, agree between the levels, and be too steep for offsets in cells. */
const OTHER = { explained: 0.99, agreement: 0.1, leastScale: 0.15 } as const;

/**
 * Whether a column holds positions: whether its mean over each grid column (or row) grows by one cell from one to the
 * next, at every level that is large enough. Undecoded values have no such slope, because a convolution answers alike
 * at each place.
 * @param rows [cells, width], level by level
 * @returns undefined if it holds none, or if no level is large enough
 */
export function dependenceOf(rows: Float32Array, width: number, column: number, input: Size): Dependence | undefined {
  for (const axis of ['x', 'y'] as const) {
    const lines = linesOf(rows, width, column, input, axis);
    if (lines.length === 0) continue;
    const side = axis === 'x' ? input.width : input.height;
    const areOf = (pixelsPerUnit: number): boolean =>
      lines.every(
        ({ scale, explained }, level) =>
          explained >= LEAST_EXPLAINED &&
          Math.abs(scale * pixelsPerUnit - 1) <= (level === 0 ? TOLERANCE.finest : TOLERANCE.others),
      );
    if (areOf(1)) return { axis, unit: 'pixels', pixelsPerUnit: 1 };
    // One level of a few cells may lie on some line by chance.
    if (lines.length < 2) continue;
    if (areOf(side)) return { axis, unit: 'fractions', pixelsPerUnit: side };
    const [{ scale: first }] = lines;
    const isOther = lines.every(
      ({ scale, explained }) =>
        explained >= OTHER.explained &&
        Math.abs(scale) >= OTHER.leastScale &&
        Math.abs(scale / first - 1) <= OTHER.agreement,
    );
    if (isOther) return { axis, unit: 'other', pixelsPerUnit: 1 / first };
  }
  return undefined;
}

/** For each level its line through the means, in the column's units for each pixel of the input. */
function linesOf(rows: Float32Array, width: number, column: number, input: Size, axis: 'x' | 'y'): Line[] {
  const lines: Line[] = [];
  let first = 0;
  for (const stride of STRIDES) {
    const [across, down] = [Math.floor(input.width / stride), Math.floor(input.height / stride)];
    const [count, others] = axis === 'x' ? [across, down] : [down, across];
    if (count >= LEAST_CELLS) {
      const means = new Float64Array(count);
      for (let cell = 0; cell < across * down; cell++) {
        const place = axis === 'x' ? cell % across : Math.floor(cell / across);
        means[place] += rows[(first + cell) * width + column] / others;
      }
      const { slope, explained } = lineThrough(means);
      lines.push({ scale: slope / stride, explained });
    }
    first += across * down;
  }
  return lines;
}

/** Least squares over the values' indices. */
function lineThrough(values: Float64Array): { readonly slope: number; readonly explained: number } {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [covariance, spread, variance] = [0, 0, 0];
  values.forEach((value, i) => {
    covariance += (value - mean) * (i - middle);
    spread += (i - middle) ** 2;
    variance += (value - mean) ** 2;
  });
  return { slope: covariance / spread, explained: variance === 0 ? 0 : covariance ** 2 / (spread * variance) };
}

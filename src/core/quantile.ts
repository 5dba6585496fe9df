/** The value at quantile `q`, from 0 to 1, of one ascending value or more; between two values, the lower one. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(q * ascending.length))];
}

/** The median of one value or more: of an even number, the upper of the two in the middle. */
export function upperMedian(values: readonly number[]): number {
  return ascending(values)[values.length >> 1];
}

/** The median of one value or more: of an even number, the lower of the two in the middle. */
export function lowerMedian(values: readonly number[]): number {
  return ascending(values)[(values.length - 1) >> 1];
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

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

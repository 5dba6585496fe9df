/**
 * How far the outputs of one network on two providers are apart: the largest difference of a value, as a share of the
 * largest value of its output. Infinity where one has a number and the other has none, or their sizes differ.
 *
 * @param expected of the provider that is trusted
 * @param rowsInAnyOrder the network chooses and orders its rows, so near ties may fall either way: then the mean
 *   difference of the sorted values, as a share of their mean
 */
export function outputDifference(
  expected: readonly Float32Array[],
  actual: readonly Float32Array[],
  rowsInAnyOrder: boolean,
): number {
  if (expected.length !== actual.length) return Infinity;
  const difference = rowsInAnyOrder ? sortedDifference : valueDifference;
  return Math.max(...expected.map((values, i) => difference(values, actual[i])));
}

function valueDifference(expected: Float32Array, actual: Float32Array): number {
  const differences = differencesOf(expected, actual);
  if (differences === undefined) return Infinity;
  const most = differences.reduce((a, b) => Math.max(a, b), 0);
  return most === 0 ? 0 : most / finite(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
}

function sortedDifference(expected: Float32Array, actual: Float32Array): number {
  const differences = differencesOf(expected.slice().sort(), actual.slice().sort());
  if (differences === undefined) return Infinity;
  const sum = differences.reduce((a, b) => a + b, 0);
  return sum === 0 ? 0 : sum / finite(expected).reduce((a, b) => a + Math.abs(b), 0);
}

/** Undefined where they cannot be compared. Masked logits are infinite in both. */
function differencesOf(expected: Float32Array, actual: Float32Array): Float32Array | undefined {
  if (expected.length !== actual.length) return undefined;
  const differences = expected.map((value, i) => (Object.is(value, actual[i]) ? 0 : Math.abs(value - actual[i])));
  return differences.every(Number.isFinite) ? differences : undefined;
}

function finite(values: Float32Array): Float32Array {
  return values.filter(Number.isFinite);
}

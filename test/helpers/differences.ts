import assert from 'node:assert/strict';

type Numbers = ArrayLike<number>;

/**
 * The largest |actual - expected|. Comparing tests must fail on what is no number, and `NaN > worst` is false.
 * @throws AssertionError naming the place where either is NaN or they are infinite and differ, and for other lengths or
 * none at all
 */
export function worstDifference(actual: Numbers, expected: Numbers): number {
  return differences(actual, expected).reduce((worst, difference) => Math.max(worst, difference), 0);
}

/** The mean of |actual - expected|; throws as {@link worstDifference}. */
export function meanDifference(actual: Numbers, expected: Numbers): number {
  return differences(actual, expected).reduce((sum, difference) => sum + difference, 0) / expected.length;
}

/**
 * The largest difference as a share of the largest expected value: 0 if both are zero throughout, infinite if only the
 * expected values are. Throws as {@link worstDifference}.
 */
export function relativeDifference(actual: Numbers, expected: Numbers): number {
  const worst = worstDifference(actual, expected);
  if (worst === 0) return 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  return worst / largest;
}

/**
 * The largest value.
 * @throws AssertionError if there is none, or if one is NaN
 */
export function greatest(values: Iterable<number>): number {
  let most = -Infinity;
  let count = 0;
  for (const value of values) {
    assert.ok(!Number.isNaN(value), `value ${count} is NaN`);
    most = Math.max(most, value);
    count++;
  }
  assert.ok(count > 0, 'there are no values');
  return most;
}

function differences(actual: Numbers, expected: Numbers): Float64Array {
  assert.equal(actual.length, expected.length, `${actual.length} values instead of ${expected.length}`);
  assert.ok(expected.length > 0, 'there are no values to compare');
  const found = new Float64Array(expected.length);
  for (let i = 0; i < found.length; i++) {
    found[i] = actual[i] === expected[i] ? 0 : Math.abs(actual[i] - expected[i]);
    if (!Number.isFinite(found[i])) assert.fail(`value ${i} is ${actual[i]}, expected ${expected[i]}`);
  }
  return found;
}

import assert from 'node:assert/strict';
import { greatest, meanDifference, relativeDifference, worstDifference } from './differences.js';

describe('differences of tests', () => {
  it('are the largest, the mean, and the share of the largest expected value', () => {
    assert.equal(worstDifference([1, 5, -3], [2, 5, -5]), 2);
    assert.equal(meanDifference([1, 5, -3], [2, 5, -5]), 1);
    assert.equal(relativeDifference([1, 5, -3], [2, 5, -5]), 0.4);
    assert.equal(worstDifference(Uint8Array.of(0, 255), Uint8Array.of(255, 0)), 255);
    assert.equal(worstDifference([Infinity], [Infinity]), 0);
  });

  it('are nothing between zeros, and infinite where zeros are expected', () => {
    assert.equal(relativeDifference([0, 0], [0, 0]), 0);
    assert.equal(relativeDifference([0, 1e-30], [0, 0]), Infinity);
  });

  for (const [what, actual, expected] of [
    ['NaN', [1, NaN, 2], [1, 1, 2]],
    ['an expected NaN', [1, 1], [1, NaN]],
    ['NaN on both sides', [NaN], [NaN]],
    ['an infinity', [Infinity], [1]],
    ['infinities of other signs', [Infinity], [-Infinity]],
    ['fewer values', [1], [1, 1]],
    ['more values', [1, 1], [1]],
    ['no values', [], []],
  ] as const) {
    it(`do not exist for ${what}`, () => {
      for (const difference of [worstDifference, meanDifference, relativeDifference])
        assert.throws(() => difference(actual, expected), { name: 'AssertionError' });
    });
  }
});

describe('greatest', () => {
  it('is the largest value, and there is none among NaN or nothing', () => {
    assert.equal(greatest([-3, -1, -2]), -1);
    assert.equal(greatest([1, Infinity]), Infinity);
    for (const values of [[1, NaN], [NaN, 1], []]) assert.throws(() => greatest(values), { name: 'AssertionError' });
  });
});

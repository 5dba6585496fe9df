import assert from 'node:assert/strict';
import { binned, smoothed } from '../../../training/curves/bins.js';

const entries = (...values: number[]) => values.map((value, i) => ({ step: i + 1, value }));
const value = ({ value: found }: { value: number }): number => found;

describe('binned', () => {
  it('leaves a short run as it is', () => {
    assert.deepEqual(binned(entries(5, 7), value, 4), [
      { from: 1, to: 1, mean: 5, low: 5, high: 5 },
      { from: 2, to: 2, mean: 7, low: 7, high: 7 },
    ]);
    assert.deepEqual(binned(entries(), value, 4), []);
  });

  it('puts as many steps into each bin, the rest into the last', () => {
    assert.deepEqual(binned(entries(1, 3, 5, 7, 9), value, 3), [
      { from: 1, to: 2, mean: 2, low: 1, high: 3 },
      { from: 3, to: 4, mean: 6, low: 5, high: 7 },
      { from: 5, to: 5, mean: 9, low: 9, high: 9 },
    ]);
  });
});

describe('smoothed', () => {
  it('is the mean of equally many values on both sides, fewer at the ends', () => {
    assert.deepEqual(smoothed(binned(entries(0, 9, 3, 6, 0), value, 9), 2), [0, 4, 3.6, 3, 0]);
  });
});

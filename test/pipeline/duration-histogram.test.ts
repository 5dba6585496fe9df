import assert from 'node:assert/strict';
import { DurationHistogram } from '../../src/pipeline/duration-histogram.js';

describe('DurationHistogram', () => {
  it('gives mean, extremes and quantiles, to a thousandth of their value', () => {
    const durations = new DurationHistogram();
    for (let ms = 1; ms <= 1000; ms++) durations.add(ms);
    const { count, mean, ...rest } = durations.distribution();
    assert.deepEqual([count, mean], [1000, 500.5]);
    for (const [name, ms] of Object.entries({ min: 1, p50: 500, p90: 900, p99: 990, max: 1000 })) {
      const found = rest[name as keyof typeof rest];
      assert.ok(Math.abs(found - ms) <= ms / 1000, `${name}: ${found}, expected ${ms}`);
    }
  });

  it('counts values below 0 as 0 and values beyond two minutes as two minutes', () => {
    const durations = new DurationHistogram();
    durations.add(-1);
    durations.add(Infinity);
    const { min, mean, max } = durations.distribution();
    assert.deepEqual([min, mean, Math.round(max / 1000)], [0, 60_000, 120]);
  });
});

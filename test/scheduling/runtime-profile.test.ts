import assert from 'node:assert/strict';
import {
  parseRuntimeProfile,
  quantileMs,
  RuntimeEstimator,
  runtimeProfile,
} from '../../src/scheduling/runtime-profile.js';

describe('runtime profile', () => {
  it('sorts its samples without changing the given ones', () => {
    const given = [30, 10, 20];
    const profile = runtimeProfile(given);
    assert.deepEqual([...profile.samplesMs], [10, 20, 30]);
    assert.deepEqual(given, [30, 10, 20]);
    assert.equal(profile.meanMs, 20);
    assert.deepEqual([quantileMs(profile, 0), quantileMs(profile, 0.5), quantileMs(profile, 1)], [10, 20, 30]);
  });

  it('is read in seconds and in milliseconds', () => {
    assert.deepEqual(
      parseRuntimeProfile({ type: 'empirical', unit: 's', samples: [0.5] }),
      parseRuntimeProfile({ type: 'empirical', unit: 'ms', samples: [500] }),
    );
  });

  for (const [what, file, message] of [
    ['not an object', 3, /must be a JSON object/],
    ['another type', { type: 'normal', unit: 's', samples: [1] }, /"type" must be "empirical", got "normal"/],
    ['another unit', { type: 'empirical', unit: 'min', samples: [1] }, /"unit" must be "s" or "ms", got "min"/],
    ['no samples', { type: 'empirical', unit: 's', samples: [] }, /at least one sample/],
    [
      'text among its samples',
      { type: 'empirical', unit: 's', samples: ['1'] },
      /"samples" must be an array of numbers/,
    ],
    ['a negative sample', { type: 'empirical', unit: 'ms', samples: [1, -1] }, /sample 1 is -1/],
  ] as const) {
    it(`refuses a file with ${what}`, () => {
      assert.throws(() => parseRuntimeProfile(file), { code: 'NOWCAST_DATA', message });
    });
  }

  it('drops runtimes that left the window', () => {
    const estimator = new RuntimeEstimator(3);
    assert.equal(estimator.profile(), undefined);
    assert.equal(estimator.medianMs(), 0);
    for (const ms of [100, 100, 1, 2, 3]) estimator.add(ms);
    assert.deepEqual([...estimator.profile()!.samplesMs], [1, 2, 3]);
    assert.equal(estimator.medianMs(), 2);
  });
});

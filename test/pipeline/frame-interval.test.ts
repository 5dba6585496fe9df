import assert from 'node:assert/strict';
import { FrameIntervalEstimator } from '../../src/pipeline/frame-interval.js';

describe('FrameIntervalEstimator', () => {
  it('is undefined before the second frame', () => {
    const estimator = new FrameIntervalEstimator();
    assert.equal(estimator.intervalMs(), undefined);
    estimator.observe(0);
    assert.equal(estimator.intervalMs(), undefined);
  });

  it('is not moved by gaps, resets and single late frames', () => {
    const estimator = new FrameIntervalEstimator();
    for (const ptsMs of [0, 40, 80, 120, 5000, 5040, 5040, 100, 140, 250, 290]) estimator.observe(ptsMs);
    assert.equal(estimator.intervalMs(), 40);
  });

  it('follows a source that changes its rate', () => {
    const estimator = new FrameIntervalEstimator();
    for (let i = 0; i < 40; i++) estimator.observe(i * 40);
    for (let i = 1; i <= 40; i++) estimator.observe(39 * 40 + i * 20);
    assert.equal(estimator.intervalMs(), 20);
  });
});

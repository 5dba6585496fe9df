import assert from 'node:assert/strict';
import fc from 'fast-check';
import { correct, motionAt, predict, type Motion } from '../../src/track/kalman.js';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('kalman', () => {
  it("predicts value and covariance as F x and F P F' + Q", () => {
    const motion: Motion = { value: 10, rate: 2, valueVariance: 3, covariance: 0.5, rateVariance: 1 };
    predict(motion, 2, 4, 5);
    assert.deepEqual(motion, {
      value: 14,
      rate: 2,
      valueVariance: 3 + 2 * 2 * 0.5 + 4 * 1 + 4,
      covariance: 0.5 + 2,
      rateVariance: 6,
    });
  });

  it("corrects by the gain P H' / (P + R)", () => {
    const motion: Motion = { value: 0, rate: 0, valueVariance: 30, covariance: 20, rateVariance: 40 };
    correct(motion, 8, 10);
    assert.deepEqual(motion, { value: 6, rate: 4, valueVariance: 7.5, covariance: 5, rateVariance: 30 });
  });

  it('finds the rate of a steady motion', () => {
    const motion = motionAt(100, 10, 1000);
    for (let frame = 1; frame <= 100; frame++) {
      predict(motion, 1, 0, 0);
      correct(motion, 100 + 3 * frame, 10);
    }
    predict(motion, 5, 0, 0);
    assert.ok(Math.abs(motion.value - 415) < 0.05, `${motion.value}`);
  });

  it('keeps variances non-negative for any measurements', () => {
    const step = fc.record({
      frames: fc.double({ min: 0, max: 1e6, noNaN: true }),
      measured: finite,
      variance: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(finite, fc.array(step, { maxLength: 50 }), (value, steps) => {
        const motion = motionAt(value, 100, 100);
        for (const { frames, measured, variance } of steps) {
          predict(motion, frames, frames * frames, frames * frames);
          correct(motion, measured, variance);
        }
        assert.ok(Number.isFinite(motion.value) && Number.isFinite(motion.rate));
        assert.ok(motion.valueVariance > 0 && motion.rateVariance >= 0);
      }),
    );
  });
});

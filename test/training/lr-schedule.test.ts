import assert from 'node:assert/strict';
import { lrSchedule } from '../../training/lr-schedule.js';

const OPTIONS = {
  lr: 0.01,
  stepsPerEpoch: 10,
  epochs: 10,
  warmupEpochs: 2,
  warmupStartLr: 0.001,
  closingEpochs: 3,
  minLrRatio: 0.1,
};

describe('lrSchedule', () => {
  it('begins at the start of the warm-up, or at the peak rate without one', () => {
    assert.equal(lrSchedule(OPTIONS)(0), 0.001);
    assert.equal(lrSchedule({ ...OPTIONS, warmupEpochs: 0 })(0), 0.01);
    assert.equal(lrSchedule({ ...OPTIONS, warmupEpochs: 0, closingEpochs: 10 })(0), 0.01);
  });

  it('is greatest after the warm-up, least while closing, and in the middle between them half-way', () => {
    const rate = lrSchedule(OPTIONS);
    assert.deepEqual(
      [20, 45, 70, 99].map((steps) => Number(rate(steps).toFixed(12))),
      [0.01, 0.0055, 0.001, 0.001],
    );
  });
});

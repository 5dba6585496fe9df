import assert from 'node:assert/strict';
import { UsageError } from '../../src/core/errors.js';
import { createTracker } from '../../src/track/create-tracker.js';

describe('createTracker', () => {
  it('refuses an invalid frame interval', () => {
    for (const frameIntervalMs of [0, -1, NaN, Infinity]) {
      assert.throws(() => createTracker('kalman', { frameIntervalMs }), (error) => error instanceof UsageError && error.message.includes(`got ${frameIntervalMs}`));
    }
  });
});

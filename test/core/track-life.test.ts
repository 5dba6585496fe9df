import assert from 'node:assert/strict';
import { UsageError } from '../../src/core/errors.js';
import { DEFAULT_TRACK_LIFE, trackLifeOf } from '../../src/core/track-life.js';

describe('the life of tracks', () => {
  it('has defaults for what is not given', () => {
    assert.deepEqual(trackLifeOf({}), DEFAULT_TRACK_LIFE);
    assert.deepEqual(trackLifeOf({ lostTrackMs: 0 }), { ...DEFAULT_TRACK_LIFE, lostTrackMs: 0 });
  });

  for (const [field, values] of [
    ['minConsecutiveFrames', [0, 1.5, NaN, Infinity]],
    ['minTrackScore', [-0.1, 1.1, NaN]],
    ['lostTrackMs', [-1, NaN, Infinity]],
  ] as const) {
    it(`refuses a wrong ${field}, naming it and the value`, () => {
      for (const value of values) {
        assert.throws(
          () => trackLifeOf({ [field]: value }),
          (error: unknown) =>
            error instanceof UsageError && error.message.startsWith(field) && error.message.endsWith(`got ${value}`),
        );
      }
    });
  }
});

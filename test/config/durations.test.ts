import assert from 'node:assert/strict';
import { parseDuration } from '../../src/config/durations.js';
import { UsageError } from '../../src/core/errors.js';

describe('a duration', () => {
  for (const [text, ms] of [['30s', 30_000], ['500ms', 500], ['2m', 120_000], ['1h', 3_600_000], ['1.5s', 1500], ['100', 100], [' 20 ms ', 20], ['.5s', 500]] as const) {
    it(`reads "${text}" as ${ms} ms`, () => assert.equal(parseDuration(text, '--duration'), ms));
  }

  for (const text of ['', '0', '0s', '-5s', '5 parsecs', '1e3', 'NaN', 'Infinity', '5S', '1m30s', '5,5s', '600h']) {
    it(`refuses "${text}"`, () => {
      assert.throws(() => parseDuration(text, '--duration'), (error: unknown) => error instanceof UsageError &&
        error.message === `--duration is "${text}"; it must be a duration above 0 such as 500ms, 30s, 2m or 1h (a bare number is milliseconds), at most 24 days`);
    });
  }
});

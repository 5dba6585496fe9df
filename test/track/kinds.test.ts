import assert from 'node:assert/strict';
import { UsageError } from '../../src/core/errors.js';
import { trackerByName, TRACKERS } from '../../src/track/kinds.js';
import { keepsNamesApart } from '../helpers/named-kinds.js';

describe('the registry of trackers', () => {
  keepsNamesApart(TRACKERS);

  it('refuses an unknown name and lists the allowed ones', () => {
    assert.throws(() => trackerByName('magic'), {
      code: 'NOWCAST_USAGE',
      message: 'forecaster "magic" is unknown; choose one of kalman, nowcast',
    });
  });

  it('refuses an invalid frame interval', () => {
    for (const frameIntervalMs of [0, -1, NaN, Infinity]) {
      assert.throws(
        () => trackerByName('kalman').create({ frameIntervalMs }),
        (error) => error instanceof UsageError && error.message.includes(`got ${frameIntervalMs}`),
      );
    }
  });
});

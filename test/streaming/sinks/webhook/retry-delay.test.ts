import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfterMs, retryDelayMs } from '../../../../src/streaming/sinks/webhook/retry-delay.js';

describe('the wait before the next attempt', () => {
  it('doubles from a second to a minute, half of it by chance', () => {
    const waits = (random: number): number[] =>
      [1, 2, 3, 6, 7, 500].map((failures) => retryDelayMs(failures, undefined, () => random));
    assert.deepEqual(waits(0), [500, 1000, 2000, 16_000, 30_000, 30_000]);
    assert.deepEqual(waits(1), [1000, 2000, 4000, 32_000, 60_000, 60_000]);
  });

  it('is as long as the server asks, but for ten minutes at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.nat(10_000_000),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (n, asked, r) => {
          const waitMs = retryDelayMs(n, asked, () => r);
          assert.ok(waitMs >= Math.min(asked, 600_000) && waitMs <= 600_000);
        },
      ),
    );
  });

  it('is read from seconds or a date', () => {
    const nowMs = Date.UTC(2026, 10, 27);
    assert.equal(retryAfterMs('120', nowMs), 120_000);
    assert.equal(retryAfterMs('Fri, 27 Nov 2026 00:00:05 GMT', nowMs), 5000);
    assert.equal(retryAfterMs('Fri, 27 Nov 2020 00:00:05 GMT', nowMs), 0);
    for (const header of [null, 'soon', '', '-5 apples']) assert.equal(retryAfterMs(header, nowMs), undefined);
  });
});

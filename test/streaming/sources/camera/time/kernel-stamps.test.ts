import assert from 'node:assert/strict';
import { kernelStamps } from '../../../../../src/streaming/sources/camera/time/kernel-stamps.js';

const UNIX_MS = 1_700_000_000_000;

describe('kernel stamps', () => {
  it('are the capture time if they lie in the last ten seconds', () => {
    const notices: string[] = [];
    const stamps = kernelStamps((text) => notices.push(text));
    for (const ageMs of [0, 0.5, 33, 10_000]) {
      assert.deepEqual(stamps.estimate(50_000, 50_000 + ageMs), {
        capturedAtMs: 50_000,
        captureClock: 'sender',
        uncertaintyMs: 1,
        leastAgeMs: Math.max(0, ageMs - 1),
      });
    }
    assert.deepEqual(notices, []);
  });

  for (const [title, stampMs] of [
    ['of the time of day', UNIX_MS],
    ['that begin with the stream', 40],
    ['of the future', 50_001],
    ['that are none', NaN],
  ] as const) {
    it(`are ignored from the first impossible one on, and the owner gets one notice: stamps ${title}`, () => {
      const notices: string[] = [];
      const stamps = kernelStamps((text) => notices.push(text));
      assert.equal(stamps.estimate(stampMs, 50_000), undefined);
      assert.equal(stamps.estimate(50_000, 50_040), undefined);
      assert.equal(notices.length, 1);
      assert.match(notices[0], /not on this machine's monotonic clock/);
    });
  }
});

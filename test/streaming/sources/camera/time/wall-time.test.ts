import assert from 'node:assert/strict';
import { wallTime } from '../../../../../src/streaming/sources/camera/time/wall-time.js';

const UNIX_MS = 1_700_000_000_000;
const wallClock = { toUnixMs: (ms: number): number => ms + UNIX_MS };

describe('wall time', () => {
  for (const [ageMs, capturedAtMs, leastAgeMs] of [
    [8_000, 12_000, 6_900],
    [500, 19_500, 0],
    [-900, 20_000, 0],
    [240_000, -220_000, 238_900],
  ]) {
    it(`uses a date as the capture time, to a second and more: ${ageMs} ms ago`, () => {
      const time = wallTime(wallClock, (text) => assert.equal(text, ''));
      assert.deepEqual(time.estimate(UNIX_MS + 20_000 - ageMs, 100, 20_000), {
        capturedAtMs,
        captureClock: 'wall',
        uncertaintyMs: 1_100,
        leastAgeMs,
      });
    });
  }

  for (const [ageMs, told] of [
    [-3_600_000, /3600 s ahead of this machine's clock/],
    [7_200_000, /7200 s behind this machine's clock/],
    [NaN, /so Nowcast ignores the dates/],
  ] as const) {
    it(`ignores an impossible date, and reports it once: ${ageMs} ms ago`, () => {
      const notices: string[] = [];
      const time = wallTime(wallClock, (text) => notices.push(text));
      assert.equal(time.estimate(UNIX_MS + 20_000 - ageMs, 0, 20_000), undefined);
      assert.equal(time.estimate(UNIX_MS + 19_000, 0, 20_000), undefined);
      assert.equal(notices.length, 1);
      assert.match(notices[0], told);
    });
  }

  it('keeps its offset if our own clock is set meanwhile', () => {
    let stepMs = 0;
    const time = wallTime({ toUnixMs: (ms) => ms + UNIX_MS + stepMs }, (text) => assert.equal(text, ''));
    assert.equal(time.estimate(UNIX_MS + 15_000, 0, 20_000)?.capturedAtMs, 15_000);
    stepMs = 3_600_000;
    assert.equal(time.estimate(UNIX_MS + 15_040, 0, 20_040)?.capturedAtMs, 15_040);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SharedTime } from '../../../../../src/streaming/sources/camera/time/shared-time.js';

/** Pictures ten times a second, each tenth a key picture. */
function picture(i: number, capturedAtMs = 5000 + 100 * i) {
  return { ptsMs: 100 * i, capturedAtMs, isKey: i % 10 === 0 };
}

describe('the times of one stream for the pictures of another', () => {
  it('are those of the same moment, from the first key picture that has one', () => {
    const time = new SharedTime();
    assert.deepEqual([time.ptsMsOf(picture(0)), time.ptsMsOf(picture(1))], [undefined, undefined]);
    time.other({ ptsMs: 300, capturedAtMs: 5700 });
    assert.deepEqual([time.ptsMsOf(picture(9)), time.ptsMsOf(picture(10))], [undefined, 600]);
    // Spaced as in its own stream, whatever the other one says meanwhile.
    time.other({ ptsMs: 400, capturedAtMs: 5900 });
    assert.equal(time.ptsMsOf(picture(11)), 700);
  });

  it('begin with a key picture that is not older than the other stream', () => {
    const time = new SharedTime();
    time.other({ ptsMs: 0, capturedAtMs: 5500 });
    assert.deepEqual(
      [time.ptsMsOf(picture(0)), time.ptsMsOf(picture(9)), time.ptsMsOf(picture(10))],
      [undefined, undefined, 500],
    );
  });

  it('are corrected at a key picture, and not for little', () => {
    const time = new SharedTime();
    time.other({ ptsMs: 0, capturedAtMs: 5000 });
    assert.equal(time.ptsMsOf(picture(0)), 0);
    assert.equal(time.ptsMsOf(picture(10, 6015)), 1000);
    assert.equal(time.ptsMsOf(picture(20, 7150)), 2150);
    // Not back, before a picture that was given its time already.
    for (let i = 21; i < 30; i++) time.ptsMsOf(picture(i));
    assert.equal(time.ptsMsOf(picture(30, 8000)), 3051);
  });

  it('begin anew with the other stream', () => {
    const time = new SharedTime();
    time.other({ ptsMs: 90_000, capturedAtMs: 5000 });
    assert.equal(time.ptsMsOf(picture(0)), 90_000);
    time.other({ ptsMs: 0, capturedAtMs: 5900 });
    assert.equal(time.ptsMsOf(picture(10)), 100);
  });

  it('are far from those of another stream while that does not begin, for ten seconds', () => {
    const time = new SharedTime();
    const given = Array.from({ length: 120 }, (_, i) => time.ptsMsOf(picture(i)));
    assert.equal(
      given.findIndex((ptsMs) => ptsMs !== undefined),
      100,
    );
    const [first, second] = given.slice(100) as [number, number];
    assert.equal(second - first, 100);
    time.other({ ptsMs: 0, capturedAtMs: 16_500 });
    const aligned = time.ptsMsOf(picture(120))!;
    assert.equal(aligned, 500);
    assert.ok(first - aligned > 24 * 3_600_000);
  });

  it('are never negative, and never go back by less than two seconds', () => {
    const steps = fc.array(
      fc.record({
        isKey: fc.boolean(),
        noiseMs: fc.integer({ min: -3000, max: 3000 }),
        otherMs: fc.integer({ min: 0, max: 9000 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const time = new SharedTime();
        let newestMs = -Infinity;
        for (const [i, { isKey, noiseMs, otherMs }] of all.entries()) {
          if (i % 7 === 3) time.other({ ptsMs: otherMs, capturedAtMs: 5000 + 100 * i });
          const ptsMs = time.ptsMsOf({ ptsMs: 100 * i, capturedAtMs: 5000 + 100 * i + noiseMs, isKey });
          if (ptsMs === undefined) continue;
          assert.ok(ptsMs >= 0);
          assert.ok(ptsMs > newestMs || newestMs - ptsMs > 2000 - 101, `${ptsMs} after ${newestMs}`);
          newestMs = ptsMs;
        }
      }),
    );
  });
});

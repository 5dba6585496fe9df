import assert from 'node:assert/strict';
import { mediaSteps, type MediaSteps } from '../../../../../src/streaming/sources/camera/time/media-steps.js';

const HOUR_MS = 3_600_000;

/** 60 pictures at 25 a second, taken as the camera's stamps say; `undefined` was lost. */
function after(stampOf: (i: number) => number | undefined): MediaSteps {
  const steps = mediaSteps();
  for (let i = 0; i < 60; i++) {
    const mediaMs = stampOf(i);
    if (mediaMs !== undefined) steps.next({ mediaMs, arrivedAtMs: 1_000 + 40 * i, mayGoBack: false });
  }
  return steps;
}

describe('media steps', () => {
  for (const [what, stampOf, jittered] of [
    ['regular stamps', (i: number) => 40 * i, false],
    ['stamps of which every fourth is lost', (i: number) => (i % 4 === 0 ? undefined : 40 * i), false],
    // As a camera does that stamps by a coarse timer: most of its steps are too short, and one in five is long.
    ['stamps that stray in a pattern', (i: number) => 40 * i + 10 * (((i * 4) % 5) - 2), true],
    ['stamps that stray', (i: number) => 40 * i + 20 * Math.sin(i * i), true],
  ] as const) {
    it(`estimates the interval of ${what}, and whether they are jittered`, () => {
      const steps = after(stampOf);
      assert.ok(Math.abs(steps.intervalMs() - 40) < 6, `${steps.intervalMs()} ms`);
      assert.equal(steps.stampJitterMs() > 0, jittered);
    });
  }

  it('reads a step without elapsed time as a jump, and the following ones as steady', () => {
    for (const jumpMs of [HOUR_MS, -HOUR_MS, -300]) {
      const steps = after((i) => 40 * i);
      assert.equal(
        steps.next({ mediaMs: 2_400 + jumpMs, arrivedAtMs: 3_400, mayGoBack: false }),
        'jump',
        String(jumpMs),
      );
      assert.equal(
        steps.next({ mediaMs: 2_440 + jumpMs, arrivedAtMs: 3_440, mayGoBack: false }),
        'steady',
        String(jumpMs),
      );
    }
  });

  it('recognises a B-picture', () => {
    const steps = after((i) => 40 * i);
    assert.equal(steps.next({ mediaMs: 2_480, arrivedAtMs: 3_400, mayGoBack: false }), 'steady');
    assert.equal(steps.next({ mediaMs: 2_400, arrivedAtMs: 3_440, mayGoBack: true }), 'steady');
    assert.equal(steps.reorderMs(), 80);
  });

  it('finds constant times unusable', () => {
    const steps = mediaSteps();
    const kinds = Array.from({ length: 10 }, (_, i) =>
      steps.next({ mediaMs: 0, arrivedAtMs: 40 * i, mayGoBack: false }),
    );
    assert.equal(kinds.at(-1), 'unusable');
    assert.equal(steps.intervalMs(), 40);
  });
});

import assert from 'node:assert/strict';
import type { Detection } from '../../src/core/detection.js';
import { kalmanTracker } from '../../src/track/kalman-tracker.js';

const size = { width: 1920, height: 1200 };
const frameIntervalMs = 40;

function box(x1: number, y1 = 100, score = 0.9): Detection {
  return { box: { x1, y1, x2: x1 + 100, y2: y1 + 60 }, score, classId: 2, className: 'car' };
}

describe('kalmanTracker', () => {
  it('lets a new object stand still', () => {
    const tracker = kalmanTracker({ frameIntervalMs });
    tracker.observe([box(50)], 0, size);
    assert.deepEqual(tracker.forecast(400, size), [{ ...box(50), trackId: 1 }]);
  });

  it('moves by the time that passed, not by the number of observations', () => {
    const tracker = kalmanTracker({ frameIntervalMs });
    let atMs = 0;
    for (const frames of [1, 3, 2, 1, 5, 2, 1, 1, 3, 2]) {
      atMs += frames * frameIntervalMs;
      tracker.observe([box(atMs / 4)], atMs, size);
    }
    const [
      {
        box: { x1 },
      },
    ] = tracker.forecast(atMs + 100, size);
    assert.ok(Math.abs(x1 - (atMs + 100) / 4) < 1, `${x1} against ${(atMs + 100) / 4}`);
  });

  it('returns the observed detections in their order, with lasting ids', () => {
    const tracker = kalmanTracker({ frameIntervalMs });
    const ids = tracker.observe([box(0, 100, 0.3), box(500, 100, 0.9)], 0, size).map(({ trackId }) => trackId);
    const again = tracker.observe([box(505, 100, 0.2), box(5, 100, 0.8), box(900)], 40, size);
    assert.deepEqual(
      again.map(({ box: { x1 }, trackId }) => [x1, trackId]),
      [
        [505, ids[1]],
        [5, ids[0]],
        [900, 3],
      ],
    );
  });

  it('drops an unmatched object at once if others match', () => {
    const tracker = kalmanTracker({ frameIntervalMs });
    tracker.observe([box(0), box(500)], 0, size);
    tracker.observe([box(0)], 40, size);
    assert.equal(tracker.forecast(40, size).length, 1);
  });

  it('restarts, with new ids, if nothing matches', () => {
    const tracker = kalmanTracker({ frameIntervalMs });
    tracker.observe([box(0)], 0, size);
    const [{ trackId }] = tracker.observe([box(500)], 40, size);
    assert.equal(trackId, 2);
    assert.deepEqual(
      tracker.forecast(80, size).map(({ box: { x1 } }) => x1),
      [500],
    );
  });

  it('clears or keeps its objects at an empty observation, by option', () => {
    for (const [onEmpty, left] of [
      ['forget', 0],
      ['keep', 1],
    ] as const) {
      const tracker = kalmanTracker({ frameIntervalMs, onEmpty });
      tracker.observe([box(0)], 0, size);
      tracker.observe([], 40, size);
      assert.equal(tracker.forecast(40, size).length, left, onEmpty);
    }
  });

  it('clears its objects at a reset, and never reuses their ids', () => {
    const tracker = kalmanTracker({ frameIntervalMs });
    tracker.observe([box(0)], 0, size);
    tracker.reset();
    assert.deepEqual(tracker.forecast(0, size), []);
    assert.equal(tracker.observe([box(0)], 40, size)[0].trackId, 2);
  });
});

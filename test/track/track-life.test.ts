import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Detection } from '../../src/core/detection.js';
import { nowcastTracker } from '../../src/track/nowcast-tracker.js';
import type { Tracker } from '../../src/track/tracker.js';

const size = { width: 1920, height: 1200 };

function person(x1: number, score: number): Detection {
  return { box: { x1, y1: 300, x2: x1 + 60, y2: 460 }, score, classId: 0, className: 'person' };
}

/** The ids of one object that has these scores in percepts `everyMs` apart; `undefined` is a percept without it. */
function idsOf(tracker: Tracker, scores: readonly (number | undefined)[], everyMs = 100): (number | undefined)[] {
  return scores.map((score, i) => {
    const detections = score === undefined ? [] : [person(400, score)];
    return tracker.observe(detections, i * everyMs, size)[0]?.trackId;
  });
}

describe('the life of a track', () => {
  it('begins in the third percept in a row that shows the object', () => {
    assert.deepEqual(idsOf(nowcastTracker(), [0.6, 0.6, 0.6, 0.6]), [undefined, undefined, 1, 1]);
  });

  it('begins at once with a very high score', () => {
    assert.deepEqual(idsOf(nowcastTracker(), [0.85]), [1]);
  });

  it('does not begin while the average score is too low', () => {
    assert.deepEqual(idsOf(nowcastTracker(), [0.4, 0.45, 0.5, 0.55]), [undefined, undefined, undefined, 1]);
  });

  it('counts percepts anew after one that misses the object', () => {
    const ids = idsOf(nowcastTracker(), [0.6, 0.6, undefined, 0.6, 0.6, 0.6]);
    assert.deepEqual(ids, [undefined, undefined, undefined, undefined, undefined, 1]);
  });

  it('goes on with low scores', () => {
    assert.deepEqual(idsOf(nowcastTracker(), [0.6, 0.6, 0.6, 0.1, 0.05]).slice(2), [1, 1, 1]);
  });

  it('outlasts a second without the object, at any rate', () => {
    for (const everyMs of [20, 100, 500, 1000]) {
      const absent = Array<undefined>(Math.floor(1000 / everyMs)).fill(undefined);
      assert.equal(idsOf(nowcastTracker(), [0.9, 0.9, ...absent, 0.9], everyMs).at(-1), 1, `every ${everyMs} ms`);
    }
  });

  it('ends after more than a second without the object', () => {
    for (const everyMs of [20, 100, 500]) {
      const absent = Array<undefined>(Math.floor(1000 / everyMs) + 2).fill(undefined);
      assert.equal(idsOf(nowcastTracker(), [0.9, 0.9, ...absent, 0.9], everyMs).at(-1), 2, `every ${everyMs} ms`);
    }
  });

  it('follows the options', () => {
    const options = { minConsecutiveFrames: 2, minTrackScore: 0.2, lostTrackMs: 3000 };
    const absent = Array<undefined>(25).fill(undefined);
    assert.deepEqual(idsOf(nowcastTracker(options), [0.25, 0.25, ...absent, 0.25]).slice(0, 2), [undefined, 1]);
    assert.equal(idsOf(nowcastTracker(options), [0.25, 0.25, ...absent, 0.25]).at(-1), 1);
  });

  it('finds a moving object again at the place that its motion predicts', () => {
    const tracker = nowcastTracker();
    const at = (ms: number): Detection => person(200 + ms / 4, 0.9);
    for (let ms = 0; ms <= 1000; ms += 100) tracker.observe([at(ms)], ms, size);
    for (let ms = 1100; ms < 1900; ms += 100) tracker.observe([], ms, size);
    assert.equal(tracker.observe([at(1900)], 1900, size)[0].trackId, 1);
  });

  it('forecasts an object without a track, without an id', () => {
    const tracker = nowcastTracker();
    tracker.observe([person(400, 0.3)], 0, size);
    const [forecast, ...others] = tracker.forecast(50, size);
    assert.equal(others.length, 0);
    assert.equal(forecast.trackId, undefined);
  });

  it('never has more ids than objects that were seen often enough', () => {
    const score = fc.option(fc.double({ min: 0.05, max: 0.69, noNaN: true }), { nil: undefined, freq: 3 });
    fc.assert(
      fc.property(
        fc.array(score, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (scores, minConsecutiveFrames) => {
          const ids = idsOf(nowcastTracker({ minConsecutiveFrames }), scores);
          ids.forEach((id, i) => {
            if (id === undefined || ids.slice(0, i).includes(id)) return;
            const birth = scores.slice(i + 1 - minConsecutiveFrames, i + 1);
            assert.equal(birth.length, minConsecutiveFrames);
            assert.ok(birth.every((one) => one !== undefined));
            const mean = birth.reduce<number>((sum, one) => sum + one, 0) / birth.length;
            assert.ok(mean >= 0.5 - 1e-9, `${mean}`);
          });
        },
      ),
    );
  });

  it('leaves forecasts as they are, for any rule', () => {
    const observation = fc.array(
      fc.record({ x: fc.integer({ min: 0, max: 900 }), score: fc.double({ min: 0.05, max: 1, noNaN: true }) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(
        fc.array(observation, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (observations, minConsecutiveFrames, minTrackScore) => {
          const [one, other] = [nowcastTracker(), nowcastTracker({ minConsecutiveFrames, minTrackScore })];
          observations.forEach((objects, i) => {
            const detections = objects.map(({ x, score }) => person(x, score));
            const boxes = [one, other].map((tracker) => {
              tracker.observe(detections, i * 100, size);
              return tracker.forecast(i * 100 + 70, size).map(({ trackId: _, ...rest }) => rest);
            });
            assert.deepEqual(boxes[0], boxes[1]);
          });
        },
      ),
    );
  });
});

import assert from 'node:assert/strict';
import type { SceneOptions } from '../../src/core/scene-rules.js';
import type { Detection } from '../../src/core/detection.js';
import { objectsIn, percepts, play, standing, storyOf } from './scene-percepts.js';

/** Whether a detection that stays becomes an object. */
function isObject(options: SceneOptions, over: Partial<Detection> = {}, y = 0.8): boolean {
  return objectsIn(play(options, percepts(Array<Detection>(5).fill(standing(0.5, y, over)))).events).length > 0;
}

const CAR = { classId: 1, className: 'car' };

describe('the filter of objects', () => {
  it('takes a detection from its least score on', () => {
    assert.ok(isObject({ objects: { minScore: 0.8 } }));
    assert.ok(!isObject({ objects: { minScore: 0.81 } }));
  });

  it('takes a box within its areas, as fractions of the picture, and its ratios of width to height', () => {
    // 40 x 80 of 1000 x 500 pixels.
    for (const filter of [{ minArea: 0.0064 }, { maxArea: 0.0064 }, { minRatio: 0.5 }, { maxRatio: 0.5 }])
      assert.ok(isObject({ objects: filter }), JSON.stringify(filter));
    for (const filter of [{ minArea: 0.0065 }, { maxArea: 0.0063 }, { minRatio: 0.51 }, { maxRatio: 0.49 }])
      assert.ok(!isObject({ objects: filter }), JSON.stringify(filter));
  });

  it('of a class wins over that of all, value by value', () => {
    const options = { objects: { minScore: 0.9, maxArea: 0.5, perClass: { car: { minScore: 0.3 } } } };
    assert.ok(!isObject(options));
    assert.ok(isObject(options, CAR));
    assert.ok(!isObject({ objects: { minScore: 0.9, perClass: { car: { minScore: 0.3, maxArea: 0.001 } } } }, CAR));
  });

  it('takes no box without an area', () => {
    assert.ok(!isObject({}, { box: { x1: 5, y1: 5, x2: 5, y2: 9 } }));
    assert.ok(!isObject({}, { box: { x1: 5, y1: 9, x2: 8, y2: 9 } }));
  });

  it('has a threshold for the median of the last ten scores, which a track needs to pass once', () => {
    const scores = [0.5, 0.5, 0.7, 0.7, 0.5, 0.7, 0.5, 0.1, 0.1, 0.1];
    const { events } = play(
      { objects: { threshold: 0.6 } },
      percepts(scores.map((score) => standing(0.5, 0.8, { score }))),
      false,
    );
    assert.deepEqual(storyOf(events), []);
    const passing = [...scores.slice(0, 4), 0.7, ...scores.slice(7)];
    const { events: after } = play(
      { objects: { threshold: 0.6 } },
      percepts(passing.map((score) => standing(0.5, 0.8, { score }))),
      false,
    );
    assert.deepEqual(storyOf(after), ['start new']);
    assert.deepEqual([objectsIn(after)[0].seq, objectsIn(after)[0].startedAtMs], [4, 5000]);
  });

  it('says nothing of a track that never passes', () => {
    const { events } = play(
      { objects: { threshold: 0.9 } },
      percepts([...Array<Detection>(5).fill(standing(0.5, 0.8)), undefined]),
    );
    assert.deepEqual(events, []);
  });

  it('ends an object that does not pass any more, as if it were not seen', () => {
    const shrinking = Array.from({ length: 30 }, (_, i) => standing(0.5, 0.8, { score: i < 5 ? 0.8 : 0.2 }));
    const { events } = play({ objects: { minScore: 0.3 } }, percepts(shrinking), false);
    assert.deepEqual(storyOf(events), ['start new', 'end lost']);
  });
});

describe('a mask', () => {
  const sky = {
    points: [
      [0, 0],
      [1, 0],
      [1, 0.5],
      [0, 0.5],
    ] as const,
  };

  it('hides detections whose lower edge has its middle in it', () => {
    assert.ok(!isObject({ masks: { sky } }, {}, 0.5));
    assert.ok(isObject({ masks: { sky } }, {}, 0.51));
  });

  it('hides its classes alone', () => {
    assert.ok(isObject({ masks: { sky: { ...sky, classes: ['car'] } } }, {}, 0.4));
    assert.ok(!isObject({ masks: { sky: { ...sky, classes: ['car'] } } }, CAR, 0.4));
  });
});

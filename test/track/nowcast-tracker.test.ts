import assert from 'node:assert/strict';
import type { Detection } from '../../src/core/detection.js';
import { kalmanTracker } from '../../src/track/kalman-tracker.js';
import { nowcastTracker } from '../../src/track/nowcast-tracker.js';
import { NOWCAST_TUNING } from '../../src/track/nowcast-tuning.js';
import { drawTrial, streamingAp } from '../helpers/forecast-trial.js';

const size = { width: 1920, height: 1200 };
const FRAME_MS = 1000 / 30;

function car(x1: number, side = 60, score = 0.8): Detection {
  return { box: { x1, y1: 300, x2: x1 + side, y2: 300 + side }, score, classId: 2, className: 'car' };
}

/** A tracker that has seen the same car in each of so many frames, after an empty one; the last one is at 0 ms. */
function afterSightings(count: number): ReturnType<typeof nowcastTracker> {
  const tracker = nowcastTracker();
  tracker.observe([], -count * FRAME_MS, size);
  for (let i = count - 1; i >= 0; i--) tracker.observe([car(400)], -i * FRAME_MS, size);
  return tracker;
}

describe('nowcastTracker', () => {
  it('follows a small fast object whose boxes never overlap', () => {
    const tracker = nowcastTracker();
    for (let i = 0; i < 6; i++) {
      const [{ trackId }] = tracker.observe([car(100 + 30 * i, 20)], i * 3 * FRAME_MS, size);
      assert.equal(trackId, 1);
    }
    const [
      {
        box: { x1 },
      },
    ] = tracker.forecast(18 * FRAME_MS, size);
    assert.ok(Math.abs(x1 - 280) < 5, `${x1}`);
  });

  it('gives the same forecast for any nominal frame rate', () => {
    const forecasts = [1, 3].map((every) => {
      const tracker = nowcastTracker();
      for (let i = 0; i <= 30; i += every) tracker.observe([car(100 + 6 * i)], i * FRAME_MS, size);
      return tracker.forecast(33 * FRAME_MS, size)[0].box.x1;
    });
    assert.ok(Math.abs(forecasts[0] - forecasts[1]) < 1.5, forecasts.join());
  });

  it('continues a missed object with a falling score, until it was missed too often', () => {
    const tracker = afterSightings(4);
    let last = tracker.forecast(0, size)[0].score;
    for (let misses = 1; misses <= NOWCAST_TUNING.maxMisses; misses++) {
      tracker.observe([], misses * FRAME_MS, size);
      const [
        {
          box: { x1 },
          score,
        },
      ] = tracker.forecast(misses * FRAME_MS, size);
      assert.ok(Math.abs(x1 - 400) < 0.01);
      assert.ok(score < last * 0.9, `${score} after ${last}`);
      last = score;
    }
    tracker.observe([], (NOWCAST_TUNING.maxMisses + 1) * FRAME_MS, size);
    assert.deepEqual(tracker.forecast(500, size), []);
  });

  it('continues a missed object no longer than a second', () => {
    const tracker = nowcastTracker();
    for (let i = 0; i < 4; i++) tracker.observe([car(400)], i * 400, size);
    for (const [atMs, count] of [
      [1600, 1],
      [2000, 1],
      [2400, 0],
    ]) {
      tracker.observe([], atMs, size);
      assert.equal(tracker.forecast(atMs, size).length, count, `${atMs} ms`);
    }
  });

  it('keeps the id over a miss', () => {
    const tracker = afterSightings(3);
    tracker.observe([], FRAME_MS, size);
    assert.equal(tracker.observe([car(401)], 2 * FRAME_MS, size)[0].trackId, 1);
  });

  it('keeps the id over a jolt beyond any motion model', () => {
    const tracker = afterSightings(100);
    assert.equal(tracker.observe([car(415)], FRAME_MS, size)[0].trackId, 1);
  });

  it('ends at its first miss a track that was seen only once', () => {
    const tracker = afterSightings(1);
    tracker.observe([], FRAME_MS, size);
    assert.deepEqual(tracker.forecast(FRAME_MS, size), []);
  });

  it('omits a missed object if another of its class overlaps it', () => {
    const tracker = nowcastTracker();
    for (let i = 0; i < 3; i++) tracker.observe([car(400), car(410)], i * FRAME_MS, size);
    tracker.observe([car(405)], 3 * FRAME_MS, size);
    assert.equal(tracker.forecast(3 * FRAME_MS, size).length, 1);
  });

  it('gives a higher score to an object seen more often', () => {
    const scores = [1, 2, 3, 6].map((count) => afterSightings(count).forecast(2 * FRAME_MS, size)[0].score);
    scores.slice(1).forEach((score, i) => assert.ok(score > scores[i], scores.join()));
  });

  it('lowers the score with the distance of the forecast', () => {
    const tracker = afterSightings(5);
    const scores = [0, 1, 3, 10, 30].map((frames) => tracker.forecast(frames * FRAME_MS, size)[0].score);
    scores.slice(1).forEach((score, i) => assert.ok(score < scores[i], scores.join()));
  });

  it('follows motion for 0.8 s, and from 1.3 s on leaves an object where it was seen', () => {
    const tracker = nowcastTracker();
    for (let i = 0; i < 10; i++) tracker.observe([car(100 + 5 * i)], i * FRAME_MS, size);
    const xAfter = (ms: number): number => tracker.forecast(9 * FRAME_MS + ms, size)[0].box.x1;
    assert.ok(Math.abs(xAfter(800) - (145 + 5 * 24)) < 3, `${xAfter(800)}`);
    assert.ok(xAfter(1100) < xAfter(800) && xAfter(1100) > xAfter(1400), `${xAfter(1100)}`);
    assert.ok(Math.abs(xAfter(1400) - 145) < 1, `${xAfter(1400)}`);
    assert.deepEqual(tracker.forecast(60_000, size), tracker.forecast(9 * FRAME_MS + 1400, size));
  });

  it('leaves objects where they were seen if percepts are 2 s apart', () => {
    const tracker = nowcastTracker();
    for (let i = 0; i < 5; i++) tracker.observe([car(100 + 40 * i)], i * 2000, size);
    const [{ box, score }] = tracker.forecast(8400, size);
    assert.ok(Math.abs(box.x1 - 260) < 15, `${box.x1}`);
    assert.equal(score, tracker.forecast(9900, size)[0].score);
  });

  it('bounds the growth of a box', () => {
    const tracker = nowcastTracker();
    for (let i = 0; i < 6; i++) tracker.observe([car(400, 30 * 1.25 ** i)], i * FRAME_MS, size);
    const [{ box }] = tracker.forecast(25 * FRAME_MS, size);
    const side = 30 * 1.25 ** 5;
    assert.ok(box.x2 - box.x1 <= side * Math.exp(NOWCAST_TUNING.maxGrowth) * 1.1, `${box.x2 - box.x1}`);
  });

  it('restarts after a gap of more than two seconds', () => {
    const tracker = afterSightings(10);
    assert.equal(tracker.observe([car(400)], 2001, size)[0].trackId, 2);
  });

  it('ignores an output older than the last', () => {
    const tracker = afterSightings(5);
    const before = tracker.forecast(50, size);
    const late = [car(700)];
    assert.deepEqual(tracker.observe(late, -50, size), late);
    assert.deepEqual(tracker.forecast(50, size), before);
  });

  it('keeps the id of an object that is taken for one of another class', () => {
    const tracker = afterSightings(5);
    const truck = { ...car(400), classId: 5, className: 'truck' };
    assert.deepEqual(tracker.observe([truck], FRAME_MS, size), [{ ...truck, trackId: 1 }]);
    assert.equal(tracker.observe([car(400)], 2 * FRAME_MS, size)[0].trackId, 1);
  });

  it('never joins objects of two classes that barely overlap', () => {
    const tracker = afterSightings(5);
    const [{ trackId }] = tracker.observe([{ ...car(420), classId: 5, className: 'truck' }], FRAME_MS, size);
    assert.equal(trackId, 2);
  });

  it('prefers a detection of its own class', () => {
    const tracker = afterSightings(5);
    const truck = { ...car(400, 60, 0.95), classId: 5, className: 'truck' };
    const [truckSeen, carSeen] = tracker.observe([truck, car(402)], FRAME_MS, size);
    assert.equal(carSeen.trackId, 1);
    assert.equal(truckSeen.trackId, undefined);
  });

  it('gives no id to a second detection of a tracked object, however long it stays', () => {
    const tracker = nowcastTracker();
    for (let i = 0; i < 20; i++) {
      const seen = tracker.observe([car(400, 60, 0.9), car(404, 60, 0.85)], i * FRAME_MS, size);
      assert.deepEqual(
        seen.map(({ trackId }) => trackId),
        [1, undefined],
      );
    }
  });

  for (const seed of [2001, 2002, 2003, 2004]) {
    const trial = drawTrial(seed, 1, 60);
    it(`is nearer to the truth than the toolkit's filter on a synthetic ${trial.kind}, seed ${seed}`, () => {
      const theirs = streamingAp(trial, (frameIntervalMs) => kalmanTracker({ frameIntervalMs }));
      const ours = streamingAp(trial, () => nowcastTracker());
      assert.ok(ours > theirs, `${ours} against ${theirs}`);
    });
  }
});

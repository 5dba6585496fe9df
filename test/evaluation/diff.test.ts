import assert from 'node:assert/strict';
import { compareRuns } from '../../evaluation/diff.js';
import { trackerByName } from '../../src/track/kinds.js';
import { scoreRun } from '../../evaluation/score.js';
import { drawScene, readScene } from './scene.js';
import { jittery, play } from './play.js';

const scene = readScene(drawScene(9, { sequences: 5 }));
const { truth, detections } = scene;
const slow = { run: play(scene, jittery(0.12, 1)).run, detections };
const fast = { run: play(scene, () => 0.01).run, detections };

describe('comparison of two runs', () => {
  it('finds no difference between a run and itself', () => {
    const { difference, interval, frames, sequences } = compareRuns(truth, slow, slow, {
      eta: 0,
      resamples: 100,
      seed: 0,
    });
    assert.equal(difference, 0);
    assert.deepEqual(interval, { low: 0, high: 0, resamples: 100 });
    assert.deepEqual(frames, { older: 0, newer: 0, equal: 150 });
    assert.ok(sequences.every(({ a, b }) => a === b));
  });

  it('finds the better run better, with an interval above 0 and newer outputs', () => {
    const { a, b, difference, interval, frames } = compareRuns(truth, slow, fast, { eta: 0, resamples: 200, seed: 0 });
    assert.equal(difference, b.stats.AP! - a.stats.AP!);
    assert.ok(interval!.low > 0 && interval!.low <= difference && difference <= interval!.high);
    assert.ok(frames.newer > 100);
    assert.equal(frames.older, 0);
  });

  it('gives the opposite result with the runs exchanged', () => {
    const there = compareRuns(truth, slow, fast, { eta: 0, resamples: 200, seed: 0 });
    const back = compareRuns(truth, fast, slow, { eta: 0, resamples: 200, seed: 0 });
    assert.equal(back.difference, -there.difference!);
    assert.equal(back.frames.older, there.frames.newer);
    assert.deepEqual(
      back.sequences.map(({ a, b }) => [b, a]),
      there.sequences.map(({ a, b }) => [a, b]),
    );
  });

  it('draws the same resamples for the same seed', () => {
    assert.deepEqual(
      compareRuns(truth, slow, fast, { eta: 0, resamples: 50, seed: 3 }).interval,
      compareRuns(truth, slow, fast, { eta: 0, resamples: 50, seed: 3 }).interval,
    );
    assert.notDeepEqual(
      compareRuns(truth, slow, fast, { eta: 0, resamples: 50, seed: 3 }).interval,
      compareRuns(truth, slow, fast, { eta: 0, resamples: 50, seed: 4 }).interval,
    );
  });

  it('gives no interval for a single sequence', () => {
    const one = readScene(drawScene(9, { sequences: 1 }));
    const side = { run: play(one, () => 0.05).run, detections: one.detections };
    assert.equal(compareRuns(one.truth, side, side, { eta: 0, resamples: 100, seed: 0 }).interval, null);
  });

  it('compares a run with itself and a forecaster, scored as scoreRun scores both', () => {
    const forecaster = trackerByName('kalman');
    const { a, b, difference, interval, frames } = compareRuns(
      truth,
      slow,
      { ...slow, forecaster },
      { eta: 0, resamples: 200, seed: 0, offline: detections },
    );
    const scoreWith = (one: typeof forecaster | undefined) => scoreRun(truth, slow.run, detections, 0, one, detections);
    assert.deepEqual(a.stats, scoreWith(undefined).final.stats);
    assert.deepEqual(b.stats, scoreWith(forecaster).final.stats);
    assert.deepEqual(b.attribution, scoreWith(forecaster).attribution);
    assert.ok(difference! > 0 && interval!.low > 0);
    assert.deepEqual(frames, { older: 0, newer: 0, equal: 150 });
    assert.deepEqual(Object.keys(a.perClass), ['person', 'car', 'bus']);
  });
});

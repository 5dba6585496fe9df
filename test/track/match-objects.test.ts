import assert from 'node:assert/strict';
import { motionAt } from '../../src/track/kalman.js';
import type { Candidate, Sighting } from '../../src/track/match-by-likelihood.js';
import { matchObjects } from '../../src/track/match-objects.js';
import { NOWCAST_TUNING } from '../../src/track/nowcast-tuning.js';

const boxAt = (x: number): Candidate['box'] => ({ x1: x, y1: 0, x2: x + 100, y2: 50 });
const track = (x: number, classId: number): Candidate => ({
  motion: [motionAt(x, 3, 0)],
  noise: [1],
  box: boxAt(x),
  classId,
});
const sighting = (x: number, classId: number): Sighting => ({ seen: [x], box: boxAt(x), classId });
const match = (sightings: readonly Sighting[], candidates: readonly Candidate[]): number[] => [
  ...matchObjects(sightings, candidates, NOWCAST_TUNING),
];

describe('matchObjects', () => {
  it('pairs a sighting with the track of another class at its place', () => {
    assert.deepEqual(match([sighting(2, 1)], [track(0, 0)]), [0]);
    assert.deepEqual(match([sighting(40, 1)], [track(0, 0)]), [-1]);
  });

  it('pairs sightings and tracks of one class first', () => {
    assert.deepEqual(match([sighting(0, 1), sighting(3, 0)], [track(0, 0)]), [-1, 0]);
    assert.deepEqual(match([sighting(0, 1), sighting(3, 0)], [track(0, 0), track(6, 1)]), [1, 0]);
  });

  it('pairs the greatest overlap of two classes first, each once', () => {
    assert.deepEqual(match([sighting(10, 1), sighting(1, 2)], [track(0, 0)]), [-1, 0]);
  });
});

import assert from 'node:assert/strict';
import type { Box } from '../../src/core/box.js';
import { motionAt } from '../../src/track/kalman.js';
import { matchByLikelihood, type Candidate, type Sighting } from '../../src/track/match-by-likelihood.js';

function boxAt(x: number): Box {
  return { x1: x - 5, y1: 0, x2: x + 5, y2: 10 };
}

/** A track expected at `x`, give or take the root of `variance`. */
function track(x: number, variance: number, classId = 0): Candidate {
  return { motion: [motionAt(x, variance, 0)], noise: [1], box: boxAt(x), classId };
}

function sighting(x: number, classId = 0): Sighting {
  return { seen: [x], box: boxAt(x), classId };
}

const GATE = 9;
const match = (sightings: readonly Sighting[], candidates: readonly Candidate[]): number[] => [
  ...matchByLikelihood(sightings, candidates, GATE, 0.5),
];

describe('matchByLikelihood', () => {
  it('pairs each sighting with the nearest track', () => {
    assert.deepEqual(match([sighting(101), sighting(1)], [track(0, 3), track(100, 3)]), [1, 0]);
  });

  it('accepts a larger distance for a less certain track', () => {
    assert.deepEqual(match([sighting(30)], [track(0, 3)]), [-1]);
    assert.deepEqual(match([sighting(30)], [track(0, 399)]), [0]);
  });

  it('prefers a certain track to an uncertain one at the same place', () => {
    assert.deepEqual(match([sighting(1)], [track(0, 399), track(0, 3)]), [1]);
  });

  it('gives the remaining sighting to the uncertain one', () => {
    assert.deepEqual(match([sighting(20), sighting(1)], [track(0, 399), track(0, 3)]), [0, 1]);
  });

  it('matches an overlapping box at any distance', () => {
    assert.deepEqual(match([sighting(3)], [track(0, 0)]), [0]);
    assert.deepEqual(match([sighting(4)], [track(0, 0)]), [-1]);
  });

  it('matches within one class only', () => {
    assert.deepEqual(match([sighting(0, 1)], [track(0, 3, 0)]), [-1]);
  });

  it('matches nothing with NaN', () => {
    assert.deepEqual(match([sighting(NaN)], [track(0, 3)]), [-1]);
  });
});

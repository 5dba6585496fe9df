import assert from 'node:assert/strict';
import { learn, nothingLearned, type LearnedNoise } from '../../src/track/learned-noise.js';
import { NOWCAST_TUNING } from '../../src/track/nowcast-tuning.js';

/** The noise after a series of surprises in one coordinate. */
function taught(surprises: readonly number[], detectionShare = 1): LearnedNoise {
  const noise = nothingLearned();
  surprises.forEach((surprise, i) =>
    learn(noise, 'centre', surprise, surprises[i - 1] ?? 0, detectionShare, NOWCAST_TUNING),
  );
  return noise;
}

const alternating = (size: number): number[] => Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? size : -size));

describe('learned noise', () => {
  it('stays constant if surprises are as large as expected', () => {
    assert.ok(Math.abs(taught(alternating(1)).detection.centre - 1) < 1e-9);
  });

  it('grows with larger surprises and shrinks with smaller ones', () => {
    assert.ok(taught(alternating(1.3)).detection.centre > 1.5);
    assert.ok(taught(alternating(0.5)).detection.centre < 0.5);
  });

  it('learns nothing about the detector if the motion itself was uncertain', () => {
    assert.equal(taught(alternating(2), 0).detection.centre, 1);
  });

  it('takes surprises in one direction for variable motion, alternating ones for steady motion', () => {
    assert.ok(taught([0.5, 0.5, 0.5]).wander.centre > 1);
    assert.ok(taught([0.5, -0.5, 0.5]).wander.centre < 1);
  });

  it('learns little from one wild surprise', () => {
    assert.ok(taught([1000]).detection.centre < 1.2);
  });

  it('keeps its limits', () => {
    const { leastNoise, mostNoise, leastWander, mostWander } = NOWCAST_TUNING;
    const steady = (size: number): number[] => Array.from({ length: 3000 }, () => size);
    assert.deepEqual([taught(steady(5)).detection.centre, taught(steady(5)).wander.centre], [mostNoise, mostWander]);
    assert.equal(taught(steady(0)).detection.centre, leastNoise);
    assert.equal(taught([...alternating(1), ...alternating(1), ...alternating(1)]).wander.centre, leastWander);
  });

  it('keeps centres and sides apart', () => {
    const { detection, wander } = taught(alternating(2));
    assert.deepEqual([detection.sides, wander.sides], [1, 1]);
  });
});

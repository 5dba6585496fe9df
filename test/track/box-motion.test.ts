import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Box } from '../../src/core/box.js';
import {
  advance,
  boxAfter,
  boxOf,
  coordinatesOf,
  correctMotion,
  detectionNoise,
  spreadAfter,
  startMotion,
  type BoxMotion,
} from '../../src/track/box-motion.js';
import { nothingLearned, type LearnedNoise } from '../../src/track/learned-noise.js';
import { NOWCAST_TUNING } from '../../src/track/nowcast-tuning.js';
import { randomSource } from '../helpers/random.js';

const still: Box = { x1: 400, y1: 300, x2: 480, y2: 360 };

/** Runs a motion over one box per frame; returns the motion and the learned noise. */
function follow(boxes: readonly Box[], tuning = NOWCAST_TUNING): { motion: BoxMotion; learned: LearnedNoise } {
  const learned = nothingLearned();
  const surprises = [0, 0, 0, 0];
  const first = coordinatesOf(boxes[0]);
  const motion = startMotion(first, detectionNoise(first, learned, tuning), tuning);
  for (const box of boxes.slice(1)) {
    advance(motion, 1, learned, tuning);
    const seen = coordinatesOf(box);
    correctMotion(motion, seen, detectionNoise(seen, learned, tuning), surprises, learned, tuning);
  }
  return { motion, learned };
}

/** A car 2 m wide and 1.5 m high, `metres` ahead and 3 m to the right, seen by a camera of focal length 1400 px. */
function approaching(metres: number): Box {
  const [x, y] = [960 + (1400 * 3) / metres, 600 + 1400 / metres];
  const [halfWidth, halfHeight] = [1400 / metres, 1050 / metres];
  return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
}

function jittered(box: Box, noise: number, gaussian: () => number): Box {
  const [dx, dy] = [noise * (box.x2 - box.x1) * gaussian(), noise * (box.y2 - box.y1) * gaussian()];
  return { x1: box.x1 + dx, y1: box.y1 + dy, x2: box.x2 + dx, y2: box.y2 + dy };
}

describe('box motion', () => {
  it('turns a box into coordinates and back', () => {
    const side = fc.double({ min: 1, max: 5000, noNaN: true });
    fc.assert(
      fc.property(side, side, side, side, (x1, y1, width, height) => {
        const back = boxOf(coordinatesOf({ x1, y1, x2: x1 + width, y2: y1 + height }));
        for (const [got, wanted] of [
          [back.x1, x1],
          [back.y1, y1],
          [back.x2, x1 + width],
          [back.y2, y1 + height],
        ])
          assert.ok(Math.abs(got - wanted) < 1e-6);
      }),
    );
  });

  it('treats an empty box as one of a pixel', () => {
    const { x1, x2 } = boxOf(coordinatesOf({ x1: 5, y1: 5, x2: 5, y2: 5 }));
    assert.ok(Math.abs(x2 - x1 - 1) < 1e-9);
  });

  it('expects more noise of a larger box', () => {
    const noise = (width: number): number =>
      detectionNoise(coordinatesOf({ ...still, x2: still.x1 + width }), nothingLearned(), NOWCAST_TUNING)[0];
    assert.ok(noise(400) > 4 * noise(100));
  });

  it('predicts that an approaching object speeds up', () => {
    const metres = (frame: number): number => 30 - frame / 2;
    const boxes = Array.from({ length: 31 }, (_, frame) => approaching(metres(frame)));
    const wanted = approaching(metres(36));
    const missedBy = (looming: number): number => {
      const tuning = { ...NOWCAST_TUNING, looming };
      return Math.abs(boxAfter(follow(boxes, tuning).motion, 6, tuning).x2 - wanted.x2);
    };
    assert.ok(
      missedBy(NOWCAST_TUNING.looming) < missedBy(0) / 2,
      `${missedBy(NOWCAST_TUNING.looming)} against ${missedBy(0)}`,
    );
  });

  it('is less certain for later moments', () => {
    const { motion } = follow([still, still, still]);
    const spreads = [0, 1, 2, 5, 10].map((frames) => spreadAfter(motion, frames));
    spreads.slice(1).forEach((spread, i) => assert.ok(spread > spreads[i]));
  });

  it('learns how noisy the detector is', () => {
    const learned = (noise: number): number => {
      const { gaussian } = randomSource(3);
      return follow(Array.from({ length: 400 }, () => jittered(still, noise, gaussian))).learned.detection.centre;
    };
    const { centreNoise } = NOWCAST_TUNING;
    assert.ok(learned(1.5 * centreNoise) > 1.5, `${learned(1.5 * centreNoise)}`);
    assert.ok(learned(centreNoise / 2) < 0.5, `${learned(centreNoise / 2)}`);
  });

  it('learns within its limits', () => {
    const { gaussian } = randomSource(5);
    const { leastNoise, mostNoise } = NOWCAST_TUNING;
    assert.equal(follow(Array.from({ length: 2000 }, () => still)).learned.detection.centre, leastNoise);
    assert.equal(
      follow(Array.from({ length: 2000 }, () => jittered(still, 2, gaussian))).learned.detection.centre,
      mostNoise,
    );
  });
});

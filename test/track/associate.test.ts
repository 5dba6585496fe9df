import assert from 'node:assert/strict';
import type { Detection } from '../../src/core/detection.js';
import { associate, byScore } from '../../src/track/associate.js';

function at(x1: number, score: number, classId = 0): Detection {
  return { box: { x1, y1: 0, x2: x1 + 10, y2: 10 }, score, classId, className: `class ${classId}` };
}

function match(detections: readonly Detection[], expected: readonly Detection[], minIou = 0.3): number[] {
  return [...associate(detections, byScore(detections), expected, minIou)];
}

describe('associate', () => {
  it('gives each detection the object that it overlaps most', () => {
    assert.deepEqual(match([at(0, 0.9), at(20, 0.8)], [at(21, 1), at(4, 1), at(1, 1)]), [2, 0]);
  });

  it('lets the higher score choose first, in any order', () => {
    assert.deepEqual(match([at(2, 0.5), at(0, 0.9)], [at(1, 1)]), [-1, 0]);
  });

  it('leaves the second best object to the second detection', () => {
    assert.deepEqual(match([at(2, 0.5), at(0, 0.9)], [at(1, 1), at(4, 1)]), [1, 0]);
  });

  it('matches within one class only', () => {
    assert.deepEqual(match([at(0, 0.9, 1)], [at(0, 1, 0)]), [-1]);
  });

  it('requires the least overlap, inclusive', () => {
    const half = { ...at(0, 0.9), box: { x1: 0, y1: 0, x2: 10, y2: 5 } };
    assert.deepEqual(match([half], [at(0, 1)], 0.5), [0]);
    assert.deepEqual(match([half], [at(0, 1)], 0.51), [-1]);
  });

  it('never matches an empty box', () => {
    const empty = { ...at(0, 0.9), box: { x1: 3, y1: 3, x2: 3, y2: 3 } };
    assert.deepEqual(match([empty], [empty]), [-1]);
  });

  it('orders equal scores from the last to the first', () => {
    assert.deepEqual(byScore([at(0, 0.5), at(1, 0.7), at(2, 0.5)]), [1, 2, 0]);
  });
});

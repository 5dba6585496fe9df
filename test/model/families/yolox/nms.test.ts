import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boxIou, type Box } from '../../../../src/core/box.js';
import type { NmsMode } from '../../../../src/core/detector.js';
import { nms, type ScoredBoxes } from '../../../../src/model/families/yolox/nms.js';

type Scored = Box & { readonly score: number; readonly classId: number };

function scoredBoxes(boxes: readonly Scored[]): ScoredBoxes {
  return {
    corners: Float32Array.from(boxes.flatMap(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2])),
    scores: Float32Array.from(boxes, ({ score }) => score),
    classIds: Int32Array.from(boxes, ({ classId }) => classId),
    count: boxes.length,
  };
}

const A = { x1: 0, y1: 0, x2: 10, y2: 10 };
// IoU with A: 50 / 150.
const B = { x1: 5, y1: 0, x2: 15, y2: 10 };

describe('nms', () => {
  it('keeps nothing of nothing', () => {
    assert.deepEqual(nms(scoredBoxes([]), 0.5, 'per-class'), []);
  });

  it('suppresses what overlaps more than the threshold, and only that', () => {
    const boxes = scoredBoxes([
      { ...A, score: 0.5, classId: 0 },
      { ...B, score: 0.9, classId: 0 },
    ]);
    assert.deepEqual(nms(boxes, 0.33, 'per-class'), [1]);
    assert.deepEqual(nms(boxes, 0.34, 'per-class'), [1, 0]);
  });

  it('keeps boxes whose IoU equals the threshold', () => {
    const half = { x1: 0, y1: 0, x2: 10, y2: 5 };
    assert.deepEqual(
      nms(
        scoredBoxes([
          { ...A, score: 0.9, classId: 0 },
          { ...half, score: 0.5, classId: 0 },
        ]),
        0.5,
        'per-class',
      ),
      [0, 1],
    );
  });

  it('lets classes suppress each other only where told', () => {
    const boxes = scoredBoxes([
      { ...A, score: 0.9, classId: 0 },
      { ...A, score: 0.5, classId: 1 },
    ]);
    assert.deepEqual(nms(boxes, 0.5, 'per-class'), [0, 1]);
    assert.deepEqual(nms(boxes, 0.5, 'agnostic'), [0]);
  });

  it('lets a suppressed box suppress nothing', () => {
    const shift = (x: number): Box => ({ x1: x, y1: 0, x2: x + 10, y2: 10 });
    const boxes = scoredBoxes([
      { ...shift(0), score: 0.9, classId: 0 },
      { ...shift(4), score: 0.8, classId: 0 },
      { ...shift(8), score: 0.7, classId: 0 },
    ]);
    assert.deepEqual(nms(boxes, 0.4, 'per-class'), [0, 2]);
  });

  it('takes the first of equal scores', () => {
    const boxes = scoredBoxes([
      { ...B, score: 0.5, classId: 0 },
      { ...A, score: 0.5, classId: 0 },
    ]);
    assert.deepEqual(nms(boxes, 0.3, 'per-class'), [0]);
  });

  it('keeps empty boxes apart from everything', () => {
    const empty = { x1: 3, y1: 3, x2: 3, y2: 3, score: 0.5, classId: 0 };
    assert.deepEqual(nms(scoredBoxes([empty, empty, { ...A, score: 0.4, classId: 0 }]), 0.5, 'per-class'), [0, 1, 2]);
  });

  it('looks at `count` boxes of arrays that are longer', () => {
    const boxes = scoredBoxes([
      { ...A, score: 0.1, classId: 0 },
      { ...B, score: 0.9, classId: 0 },
    ]);
    assert.deepEqual(nms({ ...boxes, count: 1 }, 0.5, 'per-class'), [0]);
  });

  const coordinate = fc.integer({ min: 0, max: 60 });
  const box: fc.Arbitrary<Scored> = fc
    .record({
      x: coordinate,
      y: coordinate,
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
      score: fc.integer({ min: 1, max: 20 }).map((s) => s / 20),
      classId: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ x, y, width, height, score, classId }) => ({
      x1: x,
      y1: y,
      x2: x + width,
      y2: y + height,
      score,
      classId,
    }));
  const boxes = fc.array(box, { maxLength: 40 });
  const threshold = fc.double({ min: 0.05, max: 0.95, noNaN: true });
  const modes = fc.constantFrom<NmsMode>('per-class', 'agnostic');

  it('keeps exactly those boxes that no better kept one overlaps, best first', () => {
    fc.assert(
      fc.property(boxes, threshold, modes, (all, iouThreshold, mode) => {
        const kept = nms(scoredBoxes(all), iouThreshold, mode);
        const isBefore = (a: number, b: number): boolean =>
          all[a].score > all[b].score || (all[a].score === all[b].score && a < b);
        const suppresses = (a: number, b: number): boolean =>
          isBefore(a, b) &&
          boxIou(all[a], all[b]) > iouThreshold &&
          (mode === 'agnostic' || all[a].classId === all[b].classId);
        for (let i = 0; i < all.length; i++) assert.equal(kept.includes(i), !kept.some((k) => suppresses(k, i)));
        for (let i = 1; i < kept.length; i++) assert.ok(isBefore(kept[i - 1], kept[i]));
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(boxes, threshold, modes, (all, iouThreshold, mode) => {
        const kept = nms(scoredBoxes(all), iouThreshold, mode).map((i) => all[i]);
        assert.deepEqual(
          nms(scoredBoxes(kept), iouThreshold, mode),
          kept.map((_, i) => i),
        );
      }),
    );
  });
});

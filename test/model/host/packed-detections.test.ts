import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Box } from '../../../src/core/box.js';
import { packDetections, unpackDetections } from '../../../src/model/host/packed-detections.js';

const CLASSES = ['person', 'bicycle', 'car'];

describe('packed detections', () => {
  it('are unpacked unchanged, to the last bit', () => {
    const number = fc.double({ noNaN: true });
    const detection = fc
      .tuple(number, number, number, number, number, fc.nat(CLASSES.length - 1))
      .map(([x1, y1, x2, y2, score, classId]) => ({
        box: { x1, y1, x2, y2 },
        score,
        classId,
        className: CLASSES[classId],
      }));
    fc.assert(
      fc.property(fc.array(detection), (detections) => {
        assert.deepEqual(unpackDetections(packDetections(detections), CLASSES), detections);
      }),
    );
  });

  describe('clipped to their picture', () => {
    const clipped = (x1: number, y1: number, x2: number, y2: number): Box | undefined => {
      const packed = packDetections([{ box: { x1, y1, x2, y2 }, score: 0.5, classId: 1, className: 'bicycle' }]);
      return unpackDetections(packed, CLASSES, { width: 100, height: 50 })[0]?.box;
    };

    it('keep the part inside the picture', () => {
      assert.deepEqual(clipped(-5, -6, 20, 30), { x1: 0, y1: 0, x2: 20, y2: 30 });
      assert.deepEqual(clipped(90, 40, 1e30, Infinity), { x1: 90, y1: 40, x2: 100, y2: 50 });
    });

    it('keep boxes inside the picture as they are, up to its border', () =>
      assert.deepEqual(clipped(0, 0, 100, 50), { x1: 0, y1: 0, x2: 100, y2: 50 }));

    it('lack boxes beside the picture, such as those in the padding', () => {
      for (const [x1, y1, x2, y2] of [
        [100, 10, 120, 20],
        [10, -8, 20, 0],
        [200, 200, 220, 220],
      ])
        assert.equal(clipped(x1, y1, x2, y2), undefined);
    });
  });
});

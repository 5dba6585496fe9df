import assert from 'node:assert/strict';
import fc from 'fast-check';
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
});

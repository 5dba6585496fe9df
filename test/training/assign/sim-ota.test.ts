import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anchorGrid, decodeBoxes } from '../../../training/anchors.js';
import { simOta } from '../../../training/assign/sim-ota.js';
import { randomSource } from '../../helpers/random.js';

const GRID = anchorGrid({ width: 96, height: 64 });

function predictions(seed: number, rows?: Float32Array) {
  const { gaussian } = randomSource(seed);
  const made = rows ?? Float32Array.from({ length: GRID.count * 7 }, gaussian);
  return { rows: made, classCount: 2, boxes: decodeBoxes(made, 7, GRID) };
}

describe('simOta', () => {
  const object = fc.record({
    x: fc.integer({ min: 0, max: 95 }),
    y: fc.integer({ min: 0, max: 63 }),
    w: fc.integer({ min: 1, max: 90 }),
    h: fc.integer({ min: 1, max: 60 }),
  });

  it('gives each anchor one object at most, near its centre while there are few', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 12 }), fc.nat(), (list, seed) => {
        const objects = {
          classIds: Int32Array.from(list, (_, i) => i % 2),
          boxes: Float32Array.from(list.flatMap(({ x, y, w, h }) => [x, y, w, h])),
        };
        const { anchors, objects: found, ious } = simOta(predictions(seed), objects, GRID);
        assert.deepEqual(
          [...anchors],
          [...new Set(anchors)].sort((a, b) => a - b),
        );
        assert.ok(found.every((i) => i < list.length));
        assert.ok(ious.every((iou) => iou >= 0 && iou <= 1 + 1e-9));
        assert.equal(anchors.length > 0, list.length > 0);
        if (list.length === 1) {
          for (const anchor of anchors) {
            const side = GRID.stride[anchor];
            assert.ok(Math.abs((GRID.x[anchor] + 0.5) * side - list[0].x) < 1.5 * side);
            assert.ok(Math.abs((GRID.y[anchor] + 0.5) * side - list[0].y) < 1.5 * side);
          }
        }
      }),
    );
  });

  it('finds no anchor for an object whose centre is far outside', () => {
    const { anchors } = simOta(
      predictions(1),
      { classIds: Int32Array.of(0), boxes: Float32Array.of(-100, 30, 300, 20) },
      GRID,
    );
    assert.equal(anchors.length, 0);
  });

  it('takes no anchor whose prediction is not a number', () => {
    const { anchors } = simOta(
      predictions(1, new Float32Array(GRID.count * 7).fill(NaN)),
      { classIds: Int32Array.of(0), boxes: Float32Array.of(40, 30, 20, 20) },
      GRID,
    );
    assert.equal(anchors.length, 0);
  });
});

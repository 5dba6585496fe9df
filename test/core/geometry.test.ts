import assert from 'node:assert/strict';
import fc from 'fast-check';
import { boxIou } from '../../src/core/box.js';
import { letterbox, toSource } from '../../src/core/fit.js';

const side = fc.integer({ min: 1, max: 8192 });

describe('boxIou', () => {
  it('is 1 for a box with itself, 0 for boxes that touch, and a third for half overlap', () => {
    const box = { x1: 0, y1: 0, x2: 10, y2: 10 };
    assert.equal(boxIou(box, box), 1);
    assert.equal(boxIou(box, { x1: 10, y1: 0, x2: 20, y2: 10 }), 0);
    assert.equal(boxIou(box, { x1: 5, y1: 0, x2: 15, y2: 10 }), 1 / 3);
    assert.equal(boxIou({ x1: 0, y1: 0, x2: 0, y2: 0 }, { x1: 0, y1: 0, x2: 0, y2: 0 }), 0);
  });
});

describe('letterbox', () => {
  it('fits 768x432 into 416x416 as YOLOX does', () => {
    assert.deepEqual(
      letterbox({ width: 768, height: 432 }, { width: 416, height: 416 }),
      { scaleX: 416 / 768, scaleY: 416 / 768, padX: 0, padY: 0, contentWidth: 416, contentHeight: 233 },
      'int(432 * (416 / 768)) is 233 in floating point, there and here',
    );
  });

  it('stays inside the input, fills one side of it, and maps back to the source', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (width, height, w, h) => {
          const input = { width: w * 32, height: h * 32 };
          const fitted = letterbox({ width, height }, input);
          assert.ok(fitted.contentWidth <= input.width && fitted.contentHeight <= input.height);
          assert.ok(fitted.contentWidth >= input.width - 1 || fitted.contentHeight >= input.height - 1);
          const back = toSource({ x1: 0, y1: 0, x2: width * fitted.scaleX, y2: height * fitted.scaleY }, fitted);
          assert.ok(Math.abs(back.x2 - width) < 1e-6 && Math.abs(back.y2 - height) < 1e-6);
        },
      ),
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { letterbox, toSource } from '../../src/core/fit.js';
import { fitPicture, writePlanes, type PictureFormat } from '../../src/core/picture.js';

const side = fc.integer({ min: 1, max: 4096 });

describe('fitPicture', () => {
  it('letterboxes as YOLOX does by default', () => {
    assert.deepEqual(
      fitPicture({ width: 768, height: 432 }, { width: 416, height: 416 }),
      letterbox({ width: 768, height: 432 }, { width: 416, height: 416 }),
    );
  });

  it('fills the input if the format is stretch', () => {
    assert.deepEqual(fitPicture({ width: 320, height: 1280 }, { width: 640, height: 640, fit: 'stretch' }), {
      scaleX: 2,
      scaleY: 0.5,
      padX: 0,
      padY: 0,
      contentWidth: 640,
      contentHeight: 640,
    });
  });

  it('pads a centred picture on both sides, with one pixel less before it for an odd padding', () => {
    const { padX, padY, contentWidth } = fitPicture(
      { width: 10, height: 20 },
      { width: 33, height: 33, position: 'centre' },
    );
    assert.deepEqual([padX, padY, contentWidth], [8, 0, 16]);
  });

  it('maps every corner of the content back to the corner of the source', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom<Partial<PictureFormat>>({}, { fit: 'stretch' }, { position: 'centre' }),
        (width, height, layout) => {
          const { scaleX, scaleY, padX, padY, contentWidth, contentHeight } = fitPicture(
            { width, height },
            { width: 640, height: 384, ...layout },
          );
          assert.ok(padX + contentWidth <= 640 && padY + contentHeight <= 384);
          const back = toSource(
            { x1: padX, y1: padY, x2: padX + width * scaleX, y2: padY + height * scaleY },
            { scaleX, scaleY, padX, padY, contentWidth, contentHeight },
          );
          for (const [value, wanted] of [
            [back.x1, 0],
            [back.y1, 0],
            [back.x2, width],
            [back.y2, height],
          ])
            assert.ok(Math.abs(value - wanted) < 1e-6, `${value} is not ${wanted}`);
        },
      ),
    );
  });
});

describe('writePlanes', () => {
  const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const write = (format: PictureFormat, source = { width: 2, height: 1 }): number[] => {
    const target = new Uint8Array(3 * format.width * format.height);
    writePlanes({ pixels, bytesPerPixel: 3 }, fitPicture(source, format), format, target);
    return [...target];
  };

  it('writes planes B, G, R padded with 114 for YOLOX', () => {
    assert.deepEqual(write({ width: 2, height: 2 }), [3, 6, 114, 114, 2, 5, 114, 114, 1, 4, 114, 114]);
  });

  it('writes planes R, G, B and another padding by the format', () => {
    assert.deepEqual(
      write({ width: 2, height: 3, channels: 'rgb', padValue: 0, position: 'centre' }),
      [0, 0, 1, 4, 0, 0, 0, 0, 2, 5, 0, 0, 0, 0, 3, 6, 0, 0],
    );
  });

  it('skips a fourth byte', () => {
    const target = new Uint8Array(3);
    writePlanes(
      { pixels: Uint8Array.of(7, 8, 9, 255), bytesPerPixel: 4 },
      letterbox({ width: 1, height: 1 }, { width: 1, height: 1 }),
      { width: 1, height: 1 },
      target,
    );
    assert.deepEqual([...target], [9, 8, 7]);
  });
});

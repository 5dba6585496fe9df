import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  drawSprite,
  fillRectangle,
  spriteOf,
  type PlanarPicture,
  type Rgb,
} from '../../../../src/streaming/sinks/annotated-video/planar-picture.js';

const GREY = 126;

function greyPicture(width: number, height: number): PlanarPicture {
  const bytes = new Uint8Array((width * height * 3) / 2).fill(128);
  bytes.fill(GREY, 0, width * height);
  return { width, height, bytes };
}

/** Y, U and V of a pixel. */
function pixel({ width, height, bytes }: PlanarPicture, x: number, y: number): [number, number, number] {
  const chroma = width * height + (y >> 1) * (width / 2) + (x >> 1);
  return [bytes[y * width + x], bytes[chroma], bytes[chroma + (width * height) / 4]];
}

function solid(width: number, height: number, [r, g, b]: Rgb, alpha: number): ReturnType<typeof spriteOf> {
  return spriteOf(
    { width, height },
    Uint8ClampedArray.from(Array.from({ length: width * height }, () => [r, g, b, alpha]).flat()),
  );
}

describe('planar picture', () => {
  // Reference values: ITU-R BT.709, 8 bits, limited range.
  for (const [name, rgb, yuv] of [
    ['white', [255, 255, 255], [235, 128, 128]],
    ['black', [0, 0, 0], [16, 128, 128]],
    ['red', [255, 0, 0], [63, 102, 240]],
    ['green', [0, 255, 0], [173, 42, 26]],
    ['blue', [0, 0, 255], [32, 240, 118]],
  ] as const) {
    it(`fills a rectangle with ${name}, and nothing around it`, () => {
      const picture = greyPicture(16, 12);
      fillRectangle(picture, { x: 4, y: 2, width: 6, height: 4 }, rgb, 1);
      for (let y = 0; y < 12; y++) {
        for (let x = 0; x < 16; x++) {
          const inside = x >= 4 && x < 10 && y >= 2 && y < 6;
          assert.deepEqual(pixel(picture, x, y), inside ? yuv : [GREY, 128, 128], `${x},${y}`);
        }
      }
    });
  }

  it('blends with the picture by alpha', () => {
    const picture = greyPicture(4, 4);
    fillRectangle(picture, { x: 0, y: 0, width: 4, height: 4 }, [255, 255, 255], 0.5);
    assert.deepEqual(pixel(picture, 1, 1), [(126 + 235 - 1) / 2, 128, 128]);
  });

  it('lays a sprite over the picture by its own transparency', () => {
    const picture = greyPicture(8, 8);
    drawSprite(picture, solid(4, 2, [255, 0, 0], 255), 2, 4, 1);
    assert.deepEqual(
      [pixel(picture, 2, 4), pixel(picture, 5, 5), pixel(picture, 6, 4), pixel(picture, 2, 6)],
      [
        [63, 102, 240],
        [63, 102, 240],
        [GREY, 128, 128],
        [GREY, 128, 128],
      ],
    );
    drawSprite(picture, solid(4, 2, [255, 255, 255], 0), 2, 4, 1);
    assert.deepEqual(pixel(picture, 2, 4), [63, 102, 240]);
  });

  it('cuts off parts outside the picture, on every side', () => {
    const sprite = solid(6, 4, [255, 0, 0], 255);
    const coordinate = fc.integer({ min: -30, max: 30 });
    fc.assert(
      fc.property(
        coordinate,
        coordinate,
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        (x, y, width, height) => {
          const picture = greyPicture(16, 12);
          fillRectangle(picture, { x, y, width, height }, [255, 0, 0], 1);
          drawSprite(picture, sprite, x, y, 1);
          const [left, top] = [2 * Math.round(x / 2), 2 * Math.round(y / 2)];
          for (let row = 0; row < 12; row++) {
            for (let column = 0; column < 16; column++) {
              const far =
                column < left ||
                row < top ||
                column >= left + Math.max(width, 6) + 2 ||
                row >= top + Math.max(height, 4) + 2;
              if (far) assert.deepEqual(pixel(picture, column, row), [GREY, 128, 128]);
            }
          }
        },
      ),
    );
  });
});

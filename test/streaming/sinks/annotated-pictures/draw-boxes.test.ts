import assert from 'node:assert/strict';
import type { Detection } from '../../../../src/core/detection.js';
import { drawBoxes } from '../../../../src/streaming/sinks/annotated-pictures/draw-boxes.js';
import { classColour } from '../../../../src/streaming/sinks/annotated-video/box-style.js';

/** Odd sides, and a different colour at each pixel. */
const SIZE = { width: 301, height: 151 };
const pixels = Uint8Array.from({ length: 3 * SIZE.width * SIZE.height }, (_, i) => (i * 7) % 251);
const drawn = (...detections: Detection[]): Uint8ClampedArray => drawBoxes({ ...SIZE, pixels }, detections);
const at = (rgba: Uint8ClampedArray, x: number, y: number): number[] => [
  ...rgba.subarray(4 * (y * SIZE.width + x), 4 * (y * SIZE.width + x) + 3),
];
const before = (x: number, y: number): number[] => [
  ...pixels.subarray(3 * (y * SIZE.width + x), 3 * (y * SIZE.width + x) + 3),
];
const found = (classId: number, [x1, y1, x2, y2]: readonly number[], score = 0.5): Detection => ({
  box: { x1, y1, x2, y2 },
  score,
  classId,
  className: 'car',
});

describe('drawBoxes', () => {
  it('leaves a picture without detections as it is, in every pixel', () => {
    const rgba = drawn();
    assert.deepEqual(Uint8Array.from(rgba.filter((_, i) => i % 4 < 3)), pixels);
  });

  it('draws a line of two pixels inside the box, and changes nothing beyond the shadow and the tag', () => {
    const rgba = drawn(found(1, [100, 60, 200, 120]));
    for (const [x, y] of [
      [150, 60],
      [150, 61],
      [100, 90],
      [101, 90],
      [199, 90],
      [198, 90],
      [150, 119],
      [150, 118],
    ])
      assert.deepEqual(at(rgba, x, y), classColour(1), `${x}, ${y}`);
    for (const [x, y] of [
      [150, 90],
      [103, 63],
      [150, 124],
      [204, 90],
      [95, 90],
    ])
      assert.deepEqual(at(rgba, x, y), before(x, y), `${x}, ${y}`);
  });

  it('puts the tag above the box, and inside it at the upper border', () => {
    const changed = (rgba: Uint8ClampedArray, y: number): boolean =>
      String(at(rgba, 110, y)) !== String(before(110, y));
    assert.ok(changed(drawn(found(0, [100, 60, 200, 120])), 50));
    const atBorder = drawn(found(0, [100, 2, 200, 120]));
    assert.ok(changed(atBorder, 10));
  });

  it('puts the tags of boxes at the same place above and in them, so that neither covers the other', () => {
    const box = [100, 60, 200, 120];
    const [one, two] = [drawn(found(1, box, 0.9)), drawn(found(1, box, 0.9), found(2, box, 0.4))];
    for (const rgba of [one, two]) assert.notDeepEqual(at(rgba, 110, 50), before(110, 50));
    assert.deepEqual(at(one, 110, 68), before(110, 68));
    assert.notDeepEqual(at(two, 110, 68), before(110, 68));
  });

  it('draws the highest score on top, and boxes thinner than a line', () => {
    const rgba = drawn(
      found(0, [100, 60, 200, 120], 0.9),
      found(1, [100, 60, 200, 120], 0.3),
      found(2, [20, 30, 21, 140]),
    );
    assert.deepEqual(at(rgba, 150, 119), classColour(0));
    assert.deepEqual(at(rgba, 20, 100), classColour(2));
    assert.deepEqual(at(rgba, 25, 100), before(25, 100));
  });
});

import assert from 'node:assert/strict';
import sharp from 'sharp';
import { boxesSvg } from '../../../../src/streaming/sinks/annotated-pictures/boxes-svg.js';
import { classColour } from '../../../../src/streaming/sinks/annotated-video/box-style.js';
import { detectionOf } from '../../events.js';

describe('boxes as SVG', () => {
  const PICTURE = { width: 400, height: 200 };
  const draw = async (detections: Parameters<typeof boxesSvg>[0], shown = PICTURE) => {
    const { data, info } = await sharp(Buffer.from(boxesSvg(detections, PICTURE, shown)))
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [shown.width, shown.height, 4]);
    return (x: number, y: number): readonly number[] => [...data.subarray(4 * (y * info.width + x)).subarray(0, 4)];
  };

  it('are lines in the colour of the class, inside the box, in the size that is shown', async () => {
    const box = detectionOf(2, 0.9, [100, 80, 300, 180]);
    for (const scale of [1, 0.5]) {
      const at = await draw([box], { width: 400 * scale, height: 200 * scale });
      const bottom = Math.round(180 * scale) - 1;
      assert.deepEqual(at(200 * scale, bottom), [...classColour(2), 255], String(scale));
      assert.deepEqual(at(200 * scale, bottom + 1), [0, 0, 0, 0]);
      assert.deepEqual(at(200 * scale, 130 * scale), [0, 0, 0, 0]);
    }
  });

  it('have a label on a ground of that colour, and names of any letters', async () => {
    const name = '<a & "b">';
    const at = await draw([{ ...detectionOf(1, 0.5, [100, 80, 300, 180]), className: name }]);
    const [r, g, b, alpha] = at(101, 76);
    assert.ok(alpha > 220, `${r} ${g} ${b} ${alpha}`);
  });

  it('may be none, smaller than a line, or outside', async () => {
    const at = await draw([detectionOf(0, 0.9, [10, 10, 10.5, 10.5]), detectionOf(0, 0.9, [-50, -50, 900, 900])]);
    assert.deepEqual(at(200, 100), [0, 0, 0, 0]);
    assert.deepEqual((await draw([]))(200, 100), [0, 0, 0, 0]);
  });
});

import assert from 'node:assert/strict';
import type { Detection } from '../../../../src/core/detection.js';
import { Annotator, statusLine } from '../../../../src/streaming/sinks/annotated-video/annotator.js';
import type { PlanarPicture } from '../../../../src/streaming/sinks/annotated-video/planar-picture.js';
import { detectionOf, perceptOf } from '../../events.js';

const SIZE = { width: 768, height: 432 };

function drawn(detections: readonly Detection[], ageMs = 0, size = SIZE, source = size): PlanarPicture {
  const bytes = new Uint8Array((size.width * size.height * 3) / 2).fill(128);
  const picture = { ...size, bytes };
  new Annotator(size).draw(picture, 1000, { percept: perceptOf(1, { detections, ...source }), ageMs });
  return picture;
}

/** True if a pixel was drawn on. */
function isDrawn({ width, bytes }: PlanarPicture, x: number, y: number): boolean {
  return bytes[y * width + x] !== 128;
}

describe('Annotator', () => {
  it('outlines observed boxes with solid lines, and leaves their inside unchanged', () => {
    const picture = drawn([detectionOf(0, 0.9, [100, 200, 300, 350])]);
    for (let x = 100; x < 300; x++) assert.ok(isDrawn(picture, x, 349));
    for (let y = 200; y < 350; y++) assert.ok(isDrawn(picture, 100, y) && isDrawn(picture, 299, y));
    assert.ok(!isDrawn(picture, 200, 300) && !isDrawn(picture, 96, 300) && !isDrawn(picture, 304, 300));
  });

  it('dashes boxes observed earlier, and shows none that are too old', () => {
    const box = [detectionOf(0, 0.9, [100, 200, 300, 350])];
    const bottom = (picture: PlanarPicture, y: number): number =>
      Array.from({ length: 200 }, (_, i) => isDrawn(picture, 100 + i, y)).filter(Boolean).length;
    const dashed = bottom(drawn(box, 100), 348);
    assert.ok(dashed > 80 && dashed < 140, `${dashed} of 200`);
    assert.equal(bottom(drawn(box, 1001), 348), 0);
  });

  it('puts the tags of boxes at the same place above and in them, so that neither covers the other', () => {
    const box = [100, 200, 300, 350] as [number, number, number, number];
    const [one, two] = [drawn([detectionOf(0, 0.9, box)]), drawn([detectionOf(0, 0.9, box), detectionOf(1, 0.5, box)])];
    for (const picture of [one, two]) assert.ok(isDrawn(picture, 130, 190));
    assert.ok(!isDrawn(one, 130, 212) && isDrawn(two, 130, 212));
  });

  it('puts no tag on the status line', () => {
    const [none, low] = [drawn([]), drawn([detectionOf(0, 0.9, [8, 428, 200, 431])])];
    for (let y = 406; y < 424; y++)
      for (let x = 8; x < 60; x++) assert.equal(low.bytes[y * SIZE.width + x], none.bytes[y * SIZE.width + x]);
  });

  it('scales boxes to a picture of another size', () => {
    const doubled = drawn([detectionOf(0, 0.9, [50, 100, 150, 175])], 0, SIZE, { width: 384, height: 216 });
    assert.ok(isDrawn(doubled, 299, 300) && !isDrawn(doubled, 306, 300));
  });

  it('survives boxes that reach beyond the picture, are empty or lie outside', () => {
    drawn([
      detectionOf(0, 0.9, [-50, -50, 900, 500]),
      detectionOf(1, 0.9, [10, 10, 10, 10]),
      detectionOf(2, 0.1, [-80, -80, -10, -10]),
      detectionOf(2, 0.1, [800, 500, 900, 600]),
      { ...detectionOf(0, 1), trackId: 12, className: 'a class with a rather long name' },
    ]);
    drawn([detectionOf(0, 0.9, [0, 0, 16, 16])], 0, { width: 16, height: 16 });
  });
});

describe('status line of an annotated picture', () => {
  for (const [ptsMs, ageMs, line] of [
    [0, 0, '00:00.000  latency  40 ms'],
    [62_345.4, 0, '01:02.345  latency  40 ms'],
    [3_600_000 * 2 + 59_999.6, 33.3, '2:01:00.000  latency  40 ms  frame dropped, boxes 33 ms old'],
    [5000, 2340, '00:05.000  no percept for 2.3 s'],
  ] as const) {
    it(`reads "${line}"`, () => assert.equal(statusLine(ptsMs, { percept: perceptOf(1), ageMs }), line));
  }

  it('states that no percept has come yet', () => assert.equal(statusLine(40, undefined), '00:00.040  no percept yet'));
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Box } from '../../src/core/box.js';
import { placeLabels, type LabelPlace, type LabelRequest } from '../../src/core/place-labels.js';

const PICTURE = { width: 120, height: 80 };
const LABEL = { width: 30, height: 10 };

const request = (x1: number, y1: number, x2: number, y2: number): LabelRequest => ({
  box: { x1, y1, x2, y2 },
  ...LABEL,
});

const areaOf = ({ width, height }: LabelRequest, { x, y }: LabelPlace): Box => ({
  x1: x,
  y1: y,
  x2: x + width,
  y2: y + height,
});
const doOverlap = (a: Box, b: Box): boolean => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

/** Boxes and labels in even pixels, some beyond the picture. */
const anyRequest: fc.Arbitrary<LabelRequest> = fc
  .tuple(...[-10, -10, 0, 0].map((min) => fc.integer({ min, max: 50 })), fc.integer({ min: 3, max: 20 }))
  .map(([x, y, width, height, labelWidth]) => ({
    box: { x1: 2 * x, y1: 2 * y, x2: 2 * (x + width), y2: 2 * (y + height) },
    width: 2 * labelWidth,
    height: 10,
  }));
const anyRequests = fc.array(anyRequest, { maxLength: 25 });
const anyTaken = fc.array(
  anyRequest.map(({ box }) => box),
  { maxLength: 2 },
);

describe('the places of labels', () => {
  it('are above the box, at its left edge', () =>
    assert.deepEqual(placeLabels([request(20, 30, 60, 70)], PICTURE), [{ x: 20, y: 20 }]));

  it('are inside a box at the upper border, and shifted left at the right one', () => {
    assert.deepEqual(placeLabels([request(20, 4, 60, 70)], PICTURE), [{ x: 20, y: 4 }]);
    assert.deepEqual(placeLabels([request(100, 30, 120, 70)], PICTURE), [{ x: 90, y: 20 }]);
  });

  it('of the same box differ, and the first chooses first', () => {
    const places = placeLabels([request(20, 30, 60, 70), request(20, 30, 60, 70)], PICTURE);
    assert.deepEqual(places, [
      { x: 20, y: 20 },
      { x: 20, y: 30 },
    ]);
  });

  it('are outside the areas that are taken', () => {
    const [place] = placeLabels([request(20, 30, 60, 70)], {
      ...PICTURE,
      taken: [{ x1: 0, y1: 0, x2: 120, y2: 34 }],
    });
    assert.ok(place !== undefined && place.y >= 34, JSON.stringify(place));
  });

  it('of a box for which there is no room are none', () => {
    const taken = [{ x1: 0, y1: 0, x2: 120, y2: 80 }];
    assert.deepEqual(placeLabels([request(20, 30, 60, 70)], { ...PICTURE, taken }), [undefined]);
  });

  it('of a label larger than the picture are its corner', () =>
    assert.deepEqual(placeLabels([request(0, 0, 8, 8)], { width: 16, height: 8 }), [{ x: 0, y: 0 }]));

  it('never overlap, are in the picture and near their boxes, and are even where boxes and labels are', () => {
    fc.assert(
      fc.property(anyRequests, anyTaken, (requests, taken) => {
        const places = placeLabels(requests, { ...PICTURE, taken });
        const placed = [...taken];
        places.forEach((place, i) => {
          if (place === undefined) return;
          const area = areaOf(requests[i], place);
          assert.ok(!placed.some((other) => doOverlap(other, area)), `label ${i} covers another`);
          assert.ok(area.x1 >= 0 && area.y1 >= 0 && area.x2 <= PICTURE.width && area.y2 <= PICTURE.height);
          assert.ok(place.x % 2 === 0 && place.y % 2 === 0, JSON.stringify(place));
          placed.push(area);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('exist wherever there is room for one within two heights of its box', () => {
    fc.assert(
      fc.property(anyRequests, anyTaken, (requests, taken) => {
        const places = placeLabels(requests, { ...PICTURE, taken });
        const placed = [...taken];
        places.forEach((place, i) => {
          const asked = requests[i];
          if (place !== undefined) {
            placed.push(areaOf(asked, place));
            return;
          }
          const { box, width, height } = asked;
          for (let y = 0; y <= PICTURE.height - height; y++) {
            for (let x = 0; x <= PICTURE.width - width; x++) {
              const area = areaOf(asked, { x, y });
              const isNear =
                area.x2 >= box.x1 - 2 * height &&
                area.x1 <= box.x2 + 2 * height &&
                area.y2 >= box.y1 - 2 * height &&
                area.y1 <= box.y2 + 2 * height;
              assert.ok(!isNear || placed.some((other) => doOverlap(other, area)), `label ${i} fits at ${x}, ${y}`);
            }
          }
        });
      }),
      { numRuns: 200 },
    );
  });
});

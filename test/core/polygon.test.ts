import assert from 'node:assert/strict';
import fc from 'fast-check';
import { problemOfPoints, type Point } from '../../src/core/polygon.js';

const SQUARE: Point[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

describe('the points of a polygon', () => {
  it('may have any shape whose sides do not meet', () => {
    assert.equal(problemOfPoints(SQUARE, true), undefined);
    assert.equal(
      problemOfPoints(
        [
          [0, 0],
          [1, 0],
          [0.2, 0.1],
          [0.1, 1],
        ],
        true,
      ),
      undefined,
    );
    assert.equal(
      problemOfPoints(
        [
          [0, 0],
          [0.5, 0],
          [1, 0],
          [1, 1],
        ],
        true,
      ),
      undefined,
      'a point on a straight side',
    );
  });

  it('are three or more', () => {
    assert.match(problemOfPoints(SQUARE.slice(0, 2), true)!, /^has 2 points and needs 3 or more/);
  });

  it('are fractions of the picture', () => {
    assert.match(
      problemOfPoints(
        [
          [0, 0],
          [640, 0],
          [1, 1],
        ],
        true,
      )!,
      /^has the point \[640, 0\], outside the picture/,
    );
    assert.match(
      problemOfPoints(
        [
          [0, 0],
          [1, 0],
          [1, NaN],
        ],
        true,
      )!,
      /outside the picture/,
    );
  });

  it('are in their order: a bow tie is refused with the sides that cross', () => {
    const [a, b, c, d] = SQUARE;
    assert.match(
      problemOfPoints([a, c, b, d], true)!,
      /^crosses itself: the side \[0, 0\] to \[1, 1\] meets the side \[1, 0\] to \[0, 1\]; .* around the area/,
    );
  });

  it('neither repeat a point, nor touch a side, nor fold back', () => {
    assert.match(
      problemOfPoints(
        [
          [0, 0],
          [1, 0],
          [1, 0],
          [1, 1],
        ],
        true,
      )!,
      /twice in a row/,
    );
    assert.match(
      problemOfPoints(
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0.5, 0],
          [0, 1],
        ],
        true,
      )!,
      /crosses itself/,
    );
    assert.match(
      problemOfPoints(
        [
          [0, 0],
          [1, 0],
          [0.5, 0],
        ],
        true,
      )!,
      /crosses itself/,
    );
    assert.match(
      problemOfPoints(
        [
          [0.5, 0],
          [0, 0],
          [1, 0],
          [1, 1],
        ],
        true,
      )!,
      /crosses itself/,
    );
  });

  it('are refused or accepted whatever corner comes first, and in either order', () => {
    const point = fc.tuple(fc.nat(4), fc.nat(4)).map(([x, y]): Point => [x / 4, y / 4]);
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 6 }), fc.nat(5), (points, by) => {
        const turned = [...points.slice(by), ...points.slice(0, by)].reverse();
        assert.equal(problemOfPoints(turned, true) === undefined, problemOfPoints(points, true) === undefined);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the points of a line', () => {
  it('are two or more, and need not lead back', () => {
    assert.equal(
      problemOfPoints(
        [
          [0, 0],
          [1, 1],
        ],
        false,
      ),
      undefined,
    );
    assert.match(problemOfPoints([[0, 0]], false)!, /needs 2 or more/);
  });

  it('may not cross it', () => {
    assert.match(
      problemOfPoints(
        [
          [0, 0],
          [1, 1],
          [1, 0],
          [0, 1],
        ],
        false,
      )!,
      /^crosses itself.* along the line/,
    );
  });
});

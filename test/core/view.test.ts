import assert from 'node:assert/strict';
import { UsageError } from '../../src/core/errors.js';
import { checkView, isInside, outsideError, viewedSize, wholeSize, type View } from '../../src/core/view.js';

const SQUARE = { width: 320, height: 240, sampleAspect: 1 };
const WIDE = { width: 352, height: 576, sampleAspect: 24 / 11 };

describe('the size of a picture in a view', () => {
  for (const [name, coded, view, size] of [
    ['is the shown one without a view', WIDE, {}, [768, 576]],
    ['changes its sides in a quarter turn', WIDE, { rotate: 90 }, [576, 768]],
    ['keeps them in a half turn', WIDE, { rotate: 180 }, [768, 576]],
    ['takes another shape', WIDE, { aspect: { width: 16, height: 9 } }, [1024, 576]],
    ['takes the shape before it turns', SQUARE, { aspect: { width: 16, height: 9 }, rotate: 270 }, [240, 427]],
  ] as const satisfies readonly (readonly [string, typeof SQUARE, View, readonly [number, number]])[])
    it(name, () => assert.deepEqual(wholeSize(coded, view), { width: size[0], height: size[1] }));

  it('is that of the crop', () => {
    const crop = { width: 100, height: 50, x: 7, y: 9 };
    assert.deepEqual(viewedSize(SQUARE, { crop, rotate: 90 }), { width: 100, height: 50 });
    assert.deepEqual(viewedSize(SQUARE, { rotate: 90 }), { width: 240, height: 320 });
  });
});

describe('a crop', () => {
  it('is inside the picture up to its last pixel', () => {
    const picture = { width: 320, height: 240 };
    assert.ok(isInside({ width: 320, height: 240, x: 0, y: 0 }, picture));
    assert.ok(isInside({ width: 20, height: 40, x: 300, y: 200 }, picture));
    assert.ok(!isInside({ width: 21, height: 40, x: 300, y: 200 }, picture));
    assert.ok(!isInside({ width: 20, height: 41, x: 300, y: 200 }, picture));
  });

  it('outside of it is an error that names both', () => {
    assert.equal(
      outsideError({ width: 640, height: 480, x: 8, y: 0 }, { width: 640, height: 360 }).message,
      'the crop 640x480+8+0 lies outside of the picture, which has 640x360 pixels; choose a part of it',
    );
  });
});

describe('checkView', () => {
  const crop = { width: 10, height: 10, x: 0, y: 0 };

  it('accepts what can be shown', () => {
    for (const view of [{}, { rotate: 0 }, { rotate: 270, crop, aspect: { width: 20, height: 1 } }] as const)
      assert.doesNotThrow(() => checkView(view));
  });

  for (const [view, message] of [
    [{ rotate: 45 }, 'rotate must be one of 0, 90, 180, 270, got 45'],
    [
      { aspect: { width: 21, height: 1 } },
      'aspect must be two whole numbers with a ratio from 1:20 to 20:1, got {"width":21,"height":1}',
    ],
    [
      { aspect: { width: NaN, height: 1 } },
      'aspect must be two whole numbers with a ratio from 1:20 to 20:1, got {"width":null,"height":1}',
    ],
    [
      { aspect: { width: 1.5, height: 1 } },
      'aspect must be two whole numbers with a ratio from 1:20 to 20:1, got {"width":1.5,"height":1}',
    ],
    ...([{ width: 0 }, { height: -1 }, { x: -1 }, { y: 0.5 }, { x: NaN }, { width: Infinity }] as const).map(
      (wrong) =>
        [
          { crop: { ...crop, ...wrong } },
          `crop must have whole numbers as width and height, of 1 or more, and as x and y, of 0 or more; got ${JSON.stringify({ ...crop, ...wrong })}`,
        ] as const,
    ),
  ] as const)
    it(`refuses ${JSON.stringify(view)}`, () =>
      assert.throws(
        () => checkView(view as View),
        (error) => error instanceof UsageError && error.message === message,
      ));
});

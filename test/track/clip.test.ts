import assert from 'node:assert/strict';
import type { Box } from '../../src/core/box.js';
import { clipToPicture } from '../../src/track/clip.js';

function at(left: number, top: number, width: number, height: number): Box {
  return { x1: left, y1: top, x2: left + width, y2: top + height };
}

const size = { width: 100, height: 50 };

describe('clipToPicture', () => {
  it('keeps the inner part unchanged, to a thousandth of a pixel', () => {
    assert.deepEqual(clipToPicture(at(1.00049, 2, 30, 20), size, 75), { x1: 1, y1: 2, x2: 31, y2: 22 });
  });

  it('cuts boxes at the edges', () => {
    assert.deepEqual(clipToPicture(at(-10, -5, 200, 100), size, 75), { x1: 0, y1: 0, x2: 100, y2: 50 });
  });

  it('drops boxes outside, on either side', () => {
    assert.equal(clipToPicture(at(-50, -50, 40, 40), size, 75), undefined);
    assert.equal(clipToPicture(at(200, 100, 40, 40), size, 75), undefined);
  });

  it('drops inverted, empty and immeasurable boxes', () => {
    assert.equal(clipToPicture(at(20, 20, -5, -20), size, 0), undefined);
    assert.equal(clipToPicture(at(20, 20, 0, 20), size, 0), undefined);
    assert.equal(clipToPicture(at(20, 20, NaN, 20), size, 0), undefined);
  });

  it('measures the least area with sides rounded down', () => {
    assert.equal(clipToPicture(at(0, 0, 9.9, 8.9), size, 75), undefined);
    assert.notEqual(clipToPicture(at(0, 0, 15, 5), size, 75), undefined);
  });
});

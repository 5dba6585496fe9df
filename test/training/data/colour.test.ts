import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shiftColour } from '../../../training/data/colour.js';

const byte = fc.integer({ min: 0, max: 255 });
/** B, G, R after the shift. */
function shifted(bgr: readonly number[], hue: number, saturation: number, value: number): number[] {
  const pixels = Uint8Array.from(bgr);
  shiftColour(pixels, hue, saturation, value);
  return [...pixels];
}

describe('shiftColour', () => {
  it('changes nothing when it shifts by nothing, or once around the circle', () => {
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte), (bgr) => {
        assert.deepEqual(shifted(bgr, 0, 0, 0), bgr);
        assert.deepEqual(shifted(bgr, 6, 0, 0), bgr);
      }),
    );
  });

  it('turns hue', () => {
    assert.deepEqual(shifted([0, 0, 200], 2, 0, 0), [0, 200, 0]);
    assert.deepEqual(shifted([0, 0, 200], -2, 0, 0), [200, 0, 0]);
  });

  it('takes colour away down to grey, and light down to black', () => {
    assert.deepEqual(shifted([10, 100, 200], 0, -255, 0), [200, 200, 200]);
    assert.deepEqual(shifted([10, 100, 200], 0, 0, -255), [0, 0, 0]);
  });

  it('keeps the ratio of the colours when the light changes', () => {
    assert.deepEqual(shifted([50, 75, 100], 0, 0, 100), [100, 150, 200]);
  });
});

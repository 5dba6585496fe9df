import assert from 'node:assert/strict';
import { halfFloat } from '../../src/core/half-float.js';

describe('halfFloat', () => {
  // The examples of IEEE 754 binary16.
  for (const [bits, value] of [
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, (1023 / 1024) * 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x8000, -0],
  ]) {
    it(`reads ${bits.toString(16).padStart(4, '0')} as ${Object.is(value, -0) ? '-0' : value}`, () => {
      assert.ok(Object.is(halfFloat(bits), value));
    });
  }

  it('reads a NaN as one', () => assert.ok(Number.isNaN(halfFloat(0x7e00))));
});

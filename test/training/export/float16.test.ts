import assert from 'node:assert/strict';
import fc from 'fast-check';
import { toFloat16 } from '../../../training/export/float16.js';

/** The value of a half-precision number, from its bits. */
function fromBits(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const magnitude =
    exponent === 31
      ? fraction === 0
        ? Infinity
        : NaN
      : exponent === 0
        ? fraction * 2 ** -24
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -magnitude : magnitude;
}

const convert = (value: number): number => toFloat16(Float32Array.of(value))[0];

describe('toFloat16', () => {
  it('keeps every half-precision number', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if (!Number.isNaN(fromBits(bits))) assert.equal(convert(fromBits(bits)), bits);
    }
  });

  it('rounds to the nearest number, ties to even', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7bfe }), fc.double({ min: 0, max: 1, noNaN: true }), (bits, share) => {
        const low = fromBits(bits);
        const high = fromBits(bits + 1);
        const value = Math.fround(low + (high - low) * share);
        const fromLow = value - low;
        const fromHigh = high - value;
        const nearest = fromLow < fromHigh ? bits : fromLow > fromHigh ? bits + 1 : bits + (bits & 1);
        assert.equal(convert(value), nearest);
        assert.equal(convert(-value), nearest | 0x8000);
      }),
    );
  });

  it('turns too large numbers into infinity, and keeps NaN', () => {
    assert.equal(convert(65519), 0x7bff);
    assert.equal(convert(65520), 0x7c00);
    assert.equal(convert(-Infinity), 0xfc00);
    assert.ok(Number.isNaN(fromBits(convert(NaN))));
  });
});

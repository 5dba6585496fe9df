import assert from 'node:assert/strict';
import { allowedNumbers, readNumber } from '../../src/core/number-rule.js';

describe('allowedNumbers', () => {
  for (const [rule, text] of [
    [{}, 'a number'],
    [{ min: 0, max: 1 }, 'a number from 0 to 1'],
    [{ min: -1 }, 'a number of -1 or more'],
    [{ max: 9 }, 'a number of 9 or less'],
    [{ above: 0 }, 'a number above 0'],
    [{ above: 0, max: 5 }, 'a number above 0 and at most 5'],
    [{ min: 1, isInteger: true }, 'a whole number of 1 or more'],
    [{ min: 0, max: 65535, isInteger: true }, 'a whole number from 0 to 65535'],
    [{ min: 0, max: 270, multipleOf: 90 }, 'a multiple of 90 from 0 to 270'],
  ] as const) {
    it(`returns "${text}"`, () => assert.equal(allowedNumbers(rule), text));
  }
});

describe('readNumber', () => {
  it('reads numbers and their text', () => {
    assert.deepEqual(
      [0.5, '0.5', ' 7 ', '-3', '1e3', '0x10'].map((value) => readNumber(value, {})),
      [0.5, 0.5, 7, -3, 1000, 16],
    );
  });

  it('accepts the bounds, except for one that must be exceeded', () => {
    assert.deepEqual(
      [0, 1].map((value) => readNumber(value, { min: 0, max: 1 })),
      [0, 1],
    );
    assert.deepEqual(
      [0, 0.001].map((value) => readNumber(value, { above: 0 })),
      [undefined, 0.001],
    );
  });

  it('accepts multiples alone, where only they are allowed', () => {
    assert.deepEqual(
      [0, '180', 45, 0.9].map((value) => readNumber(value, { multipleOf: 90 })),
      [0, 180, undefined, undefined],
    );
  });

  for (const value of ['', ' ', 'ten', '1,5', '10 px', NaN, Infinity, 'Infinity', undefined, null, true, [], [1], {}]) {
    it(`refuses ${JSON.stringify(value) ?? 'undefined'} (${typeof value})`, () =>
      assert.equal(readNumber(value, {}), undefined));
  }

  it('refuses numbers that the rule does not allow', () => {
    assert.equal(readNumber('-0.01', { min: 0 }), undefined);
    assert.equal(readNumber('1.01', { max: 1 }), undefined);
    assert.equal(readNumber('1.5', { isInteger: true }), undefined);
    assert.equal(readNumber(2 ** 53, { isInteger: true }), undefined);
  });
});

import assert from 'node:assert/strict';
import { durationText } from '../../src/core/duration-text.js';

describe('durationText', () => {
  for (const [ms, text] of [
    [0, '0.0 s'],
    [430, '0.4 s'],
    [9_949, '9.9 s'],
    [9_999, '10 s'],
    [59_499, '59 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_505_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ] as const)
    it(`writes ${ms} ms as ${text}`, () => assert.equal(durationText(ms), text));
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { byteRange } from '../../../src/streaming/http/byte-range.js';

describe('the header Range', () => {
  const SIZE = 10;
  const FORMS = [
    ['bytes=0-', { first: 0, last: 9 }],
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=4-6', { first: 4, last: 6 }],
    ['bytes=4-99', { first: 4, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-99', { first: 0, last: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    [`bytes=${'9'.repeat(400)}-`, 'unsatisfiable'],
    [undefined, undefined],
    ['', undefined],
    ['bytes=-', undefined],
    ['bytes=6-4', undefined],
    ['bytes=0-1,4-5', undefined],
    ['bytes= 0-1', undefined],
    ['pictures=0-1', undefined],
  ] as const;
  for (const [header, expected] of FORMS)
    it(`"${header?.slice(0, 20)}" of ${SIZE} bytes is ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(byteRange(header, SIZE), expected));

  it('names bytes that the file has, whatever it says', () => {
    const side = fc.oneof(fc.constant(''), fc.nat({ max: 40 }).map(String), fc.string());
    fc.assert(
      fc.property(side, side, fc.nat({ max: 20 }), (from, to, size) => {
        const range = byteRange(`bytes=${from}-${to}`, size);
        if (typeof range !== 'object') return;
        assert.ok(0 <= range.first && range.first <= range.last && range.last < size);
      }),
    );
  });
});

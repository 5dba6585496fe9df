import { deepEqual, equal, notDeepEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { Mutator, type Json } from '../../fuzz/mutate.js';
import { Random } from '../../training/random.js';

const VALUE: Json = { images: [{ id: 1, size: [320, 192] }], name: 'drive' };
const BYTES = Buffer.from('a file of sixty-four bytes, which is long enough to be changed…');

describe('Mutator', () => {
  it('makes the same changes of the same random numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        deepEqual(changes(new Mutator(new Random(seed))), changes(new Mutator(new Random(seed))));
      }),
    );
  });

  it('leaves inputs as they are if it is idle', () => {
    const { bytes, text } = changes(new Mutator(new Random(1), true));
    deepEqual(bytes, BYTES);
    deepEqual(JSON.parse(text), VALUE);
  });

  it('changes most inputs, and never the one it is given', () => {
    const before = Buffer.from(BYTES);
    const all = Array.from({ length: 100 }, (_, seed) => changes(new Mutator(new Random(seed))));
    ok(all.filter(({ bytes }) => !bytes.equals(BYTES)).length > 70);
    ok(all.filter(({ text }) => text !== JSON.stringify(VALUE)).length > 90);
    equal(before.equals(BYTES), true);
    deepEqual(VALUE, { images: [{ id: 1, size: [320, 192] }], name: 'drive' });
  });

  it('makes other changes of another seed', () => {
    notDeepEqual(changes(new Mutator(new Random(1))), changes(new Mutator(new Random(2))));
  });
});

function changes(mutator: Mutator): { readonly bytes: Buffer; readonly text: string } {
  return { bytes: mutator.bytes(BYTES, 16), text: mutator.json(VALUE) };
}

import assert from 'node:assert/strict';
import { readAhead } from '../../../training/data/read-ahead.js';

describe('readAhead', () => {
  it('gives items in order, and makes at most the given number ahead', async () => {
    const made: number[] = [];
    const items = readAhead((n) => Promise.resolve(made.push(n) && n), 5, 100, 2);
    assert.deepEqual([(await items.next()).value, made], [5, [5, 6, 7]]);
    assert.deepEqual([(await items.next()).value, (await items.next()).value], [6, 7]);
    assert.deepEqual(made, [5, 6, 7, 8, 9]);
  });

  it('makes nothing beyond the end', async () => {
    const made: number[] = [];
    const given = [];
    for await (const item of readAhead((n) => Promise.resolve(made.push(n) && n), 3, 6, 9)) given.push(item);
    assert.deepEqual(
      [given, made],
      [
        [3, 4, 5],
        [3, 4, 5],
      ],
    );
    assert.equal((await readAhead(() => assert.fail(), 6, 6, 1).next()).done, true);
  });

  it('fails when the failed item is taken, not before', async () => {
    const items = readAhead((n) => (n === 1 ? Promise.reject(new Error('broken')) : Promise.resolve(n)), 0, 9, 2);
    assert.equal((await items.next()).value, 0);
    await assert.rejects(items.next(), /broken/);
  });
});

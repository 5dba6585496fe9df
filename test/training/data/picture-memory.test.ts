import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { PictureMemory } from '../../../training/data/picture-memory.js';

const picture = (mark: number, width = 2) => ({ width, height: 1, rgb: new Uint8Array(width * 3).fill(mark) });

describe('PictureMemory', () => {
  it('gives every thread the pictures that any of them stored', () => {
    const shared = PictureMemory.allocate(3, 128);
    const [one, other] = [new PictureMemory(shared), new PictureMemory(shared)];
    one.put(2, picture(7));
    one.put(0, picture(9, 3));
    assert.deepEqual([other.get(0), other.get(1), other.get(2)], [picture(9, 3), undefined, picture(7)]);
  });

  it('keeps the first pictures, as many as fit', () => {
    const memory = new PictureMemory(PictureMemory.allocate(4, 128));
    memory.put(0, picture(1));
    memory.put(1, picture(2, 40));
    memory.put(2, picture(3));
    memory.put(0, picture(5));
    assert.deepEqual(
      [0, 1, 2].map((i) => memory.get(i)?.rgb[0]),
      [1, undefined, 3],
    );
  });

  it('keeps more than one array could hold, no picture across two', () => {
    const memory = new PictureMemory(PictureMemory.allocate(5, 320, 128));
    const [whole, small, large] = [picture(1, 42), picture(2), picture(3, 40)];
    [whole, small, large, large, small].forEach((each, index) => memory.put(index, each));
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((index) => memory.get(index)),
      [whole, small, undefined, undefined, small],
    );
  });

  it('never counts a picture that does not fit, not even briefly, so that no two threads get the same memory', async () => {
    const shared = PictureMemory.allocate(1, 64);
    const [used, watched] = [new Int32Array(shared.table), new Int32Array(new SharedArrayBuffer(8))];
    const watcher = new Worker(
      `
      const { workerData: [used, watched] } = require('node:worker_threads');
      for (let most = 0; Atomics.load(watched, 1) === 0;) {
        most = Math.max(most, Atomics.load(used, 0));
        Atomics.store(watched, 0, most);
      }`,
      { eval: true, workerData: [used, watched] },
    );
    await once(watcher, 'online');
    const [memory, large] = [new PictureMemory(shared), picture(1, 50)];
    for (let i = 0; i < 300_000; i++) memory.put(0, large);
    Atomics.store(watched, 1, 1);
    await once(watcher, 'exit');
    assert.equal(watched[0], 0);
  });

  it('reports a broken picture once', () => {
    const shared = PictureMemory.allocate(2, 0);
    const [one, other] = [new PictureMemory(shared), new PictureMemory(shared)];
    assert.deepEqual(
      [one.isBroken(1), one.markBroken(1), other.markBroken(1), other.isBroken(1), other.isBroken(0)],
      [false, true, false, true, false],
    );
  });
});

import assert from 'node:assert/strict';
import { FramePool } from '../../src/core/frame-pool.js';

describe('FramePool', () => {
  it('hands out each slot once, and none while all are owned', () => {
    const pool = new FramePool(2, 4);
    const slots = [pool.acquire(), pool.acquire()];
    assert.notEqual(slots[0]!.bytes, slots[1]!.bytes);
    assert.equal(pool.acquire(), undefined);
    slots[0]!.release();
    assert.equal(pool.acquire()!.bytes, slots[0]!.bytes);
  });

  it('counts free slots', () => {
    const pool = new FramePool(3, 1);
    const slot = pool.acquire()!;
    assert.equal(pool.freeCount, 2);
    slot.release();
    assert.equal(pool.freeCount, 3);
  });

  it('refuses a second release, which would give one buffer to two frames', () => {
    const slot = new FramePool(1, 1).acquire()!;
    slot.release();
    assert.throws(() => slot.release(), { code: 'NOWCAST_INTERNAL' });
  });

  it('wakes the waiting caller once, at the next release, after the slot became free', () => {
    const pool = new FramePool(2, 1);
    const [first, second] = [pool.acquire()!, pool.acquire()!];
    const free: number[] = [];
    pool.onceFree(() => free.push(pool.freeCount));
    first.release();
    second.release();
    assert.deepEqual(free, [1]);
  });
});

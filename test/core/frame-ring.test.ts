import assert from 'node:assert/strict';
import { FrameRing } from '../../src/core/frame-ring.js';

describe('FrameRing', () => {
  it('gives out each slot once and refuses when all are owned', () => {
    const ring = new FrameRing(2, 4);
    const slots = [ring.acquire(), ring.acquire()];
    assert.notEqual(slots[0]!.bytes, slots[1]!.bytes);
    assert.equal(ring.acquire(), undefined);
    slots[0]!.release();
    assert.equal(ring.acquire()!.bytes, slots[0]!.bytes);
  });

  it('counts what is free', () => {
    const ring = new FrameRing(3, 1);
    const slot = ring.acquire()!;
    assert.equal(ring.freeCount, 2);
    slot.release();
    assert.equal(ring.freeCount, 3);
  });

  it('refuses a second release, which would give one buffer to two frames', () => {
    const slot = new FrameRing(1, 1).acquire()!;
    slot.release();
    assert.throws(() => slot.release(), { code: 'NOWCAST_INTERNAL' });
  });

  it('wakes whoever waits once, at the next release, with the slot already free', () => {
    const ring = new FrameRing(2, 1);
    const [first, second] = [ring.acquire()!, ring.acquire()!];
    const free: number[] = [];
    ring.onceFree(() => free.push(ring.freeCount));
    first.release();
    second.release();
    assert.deepEqual(free, [1]);
  });
});

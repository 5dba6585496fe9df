import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  failuresAfter,
  reconnectDelayMs,
  RECONNECT_LADDER,
  STABLE_AFTER_MS,
} from '../../../../../src/streaming/sources/camera/connection/reconnect.js';

const CAMERA = 'rtsp://camera/a';
const middle = (): number => 0.5;

describe('reconnect ladder', () => {
  it('waits 1 s five times, 5 s five times, 10 s ten times, then always 60 s', () => {
    const delays = Array.from({ length: 23 }, (_, i) => reconnectDelayMs(i + 1, middle));
    assert.deepEqual(delays, [
      ...Array<number>(5).fill(1_000),
      ...Array<number>(5).fill(5_000),
      ...Array<number>(10).fill(10_000),
      60_000,
      60_000,
      60_000,
    ]);
  });

  it('stays within 20 % of the step for any random number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (failures, random) => {
          const step = reconnectDelayMs(failures, middle);
          const delay = reconnectDelayMs(failures, () => random);
          assert.ok(delay >= step * 0.8 - 1e-9 && delay <= step * 1.2 + 1e-9, `${delay} for ${step}`);
        },
      ),
    );
  });

  it('spreads its delays over the whole range', () => {
    assert.equal(
      reconnectDelayMs(1, () => 0),
      800,
    );
    assert.ok(reconnectDelayMs(1, () => 0.999999) > 1_199);
  });

  it('restarts after a stable connection', () => {
    assert.equal(failuresAfter(7, CAMERA, { streamedMs: STABLE_AFTER_MS, gaveUp: undefined }), 1);
    assert.equal(failuresAfter(7, CAMERA, { streamedMs: STABLE_AFTER_MS - 1, gaveUp: undefined }), 8);
    assert.equal(failuresAfter(0, CAMERA, { streamedMs: 0, gaveUp: undefined }), 1);
  });

  it('stays on its first step if an attempt was itself a long wait, or burdened no other machine', () => {
    assert.equal(failuresAfter(7, CAMERA, { streamedMs: 0, gaveUp: 'silent' }), 1);
    for (const url of ['udp://@239.0.0.1:1234', '/dev/video0'])
      assert.equal(failuresAfter(7, url, { streamedMs: 0, gaveUp: undefined }), 1);
  });

  it('stays on the last step of a finite ladder', () => {
    assert.equal(
      reconnectDelayMs(9, middle, [
        { delayMs: 5, times: 1 },
        { delayMs: 7, times: 1 },
      ]),
      7,
    );
    assert.equal(RECONNECT_LADDER[RECONNECT_LADDER.length - 1].times, Infinity);
  });
});

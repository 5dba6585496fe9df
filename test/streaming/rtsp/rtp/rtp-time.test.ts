import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RtpTime } from '../../../../src/streaming/rtsp/rtp/rtp-time.js';

describe('media time', () => {
  it('continues over a wrap, and back a little over it for B-pictures', () => {
    const time = new RtpTime(90_000);
    const start = time.pictureMs(2 ** 32 - 900);
    assert.equal(time.pictureMs(900) - start, 20);
    assert.equal(time.pictureMs(2 ** 32 - 450) - start, 5);
    assert.equal(time.pictureMs(1800) - start, 30);
  });

  it('is exact to the tick', () => {
    const time = new RtpTime(90_000);
    assert.equal(time.pictureMs(1), 1000 / 90_000);
  });

  it('reads a jump of half the range as one forward', () => {
    const time = new RtpTime(1000);
    time.pictureMs(5);
    assert.equal(time.pictureMs(5 + 2 ** 31), 5 + 2 ** 31);
  });

  it('puts reports on the scale of pictures without moving it', () => {
    const time = new RtpTime(1000);
    time.pictureMs(2 ** 32 - 10);
    assert.equal(time.reportMs(2 ** 31 - 100), 2 ** 32 + 2 ** 31 - 100);
    assert.equal(time.pictureMs(10), 2 ** 32 + 10);
  });

  it('starts with a report if that comes first', () => {
    const time = new RtpTime(1000);
    time.reportMs(2 ** 32 - 10);
    assert.equal(time.pictureMs(10), 2 ** 32 + 10);
  });

  it('follows every step of less than half the range', () => {
    const step = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.array(step, { maxLength: 50 }), (start, steps) => {
        const time = new RtpTime(1000);
        let ticks = start;
        assert.equal(time.pictureMs(ticks), start);
        for (const by of steps) {
          ticks += by;
          assert.equal(time.pictureMs(((ticks % 2 ** 32) + 2 ** 32) % 2 ** 32), ticks);
        }
      }),
    );
  });
});

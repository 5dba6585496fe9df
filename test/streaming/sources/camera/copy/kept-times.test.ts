import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isStray, KeptTimes, streamTimesOf } from '../../../../../src/streaming/sources/camera/copy/kept-times.js';

describe('kept times', () => {
  it('hold one offset for a stream whose times never jump', () => {
    const times = new KeptTimes();
    for (let i = 0; i < 100; i++) times.note(40_000 * i, 40 * i + 7);
    assert.deepEqual(times.offsets, [{ fromPtsUs: 0, toPtsUs: 3_960_000, offsetUs: 7_000 }]);
  });

  it("change at each jump of the stream's times", () => {
    const times = new KeptTimes();
    times.note(0, 0);
    times.note(40_000, 40);
    times.note(3_600_080_000, 80);
    const at = streamTimesOf(times.offsets);
    assert.deepEqual([0, 40_000, 3_600_080_000, 3_600_120_000].map(at), [0, 40, 80, 120]);
  });

  it('find the place again if the picture at a change is missing', () => {
    const times = new KeptTimes();
    times.note(3_600_000_000, 0);
    times.note(0, 40);
    times.note(40_000, 80);
    const at = streamTimesOf(times.offsets);
    assert.deepEqual([3_600_000_000, 40_000].map(at), [0, 80]);
  });

  it('distinguish a picture with an invented time from frames that are as close together', () => {
    const times = new KeptTimes();
    [0, 40_000, 40_001, 80_000].forEach((ptsUs) => times.note(ptsUs, ptsUs / 1_000));
    const strays = [40_000, 40_001, 40_002, 80_000, 80_001].filter((ptsUs, i, all) =>
      isStray(times.offsets, ptsUs, all[i - 1] ?? 0),
    );
    assert.deepEqual(strays, [40_002, 80_001]);
  });

  it("are the file's times if nothing was recorded", () => {
    assert.equal(streamTimesOf([])(40_000), 40);
  });

  it('give every picture its time, over jumps forward and back', () => {
    const jumps = fc.array(fc.integer({ min: -5_000_000, max: 5_000_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(jumps, (jumpsUs) => {
        const times = new KeptTimes();
        const pictures: { ptsUs: number; streamMs: number }[] = [];
        let ptsUs = 100_000_000;
        for (const [i, jumpUs] of jumpsUs.entries()) {
          for (let k = 0; k < 3; k++) {
            ptsUs += k === 0 ? jumpUs : 40_000;
            pictures.push({ ptsUs, streamMs: 40 * (3 * i + k) });
          }
        }
        for (const { ptsUs: pts, streamMs } of pictures) times.note(pts, streamMs);
        const at = streamTimesOf(times.offsets);
        for (const { ptsUs: pts, streamMs } of pictures) assert.equal(at(pts), streamMs);
      }),
    );
  });
});

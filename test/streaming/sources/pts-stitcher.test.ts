import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ptsStitcher } from '../../../src/streaming/sources/pts-stitcher.js';

describe('pts stitcher', () => {
  it('keeps the times of a source that behaves', () => {
    const { stitch } = ptsStitcher();
    assert.deepEqual([0, 33.333, 66.667, 100].map((pts) => stitch(pts, 5_000 + pts)), [0, 33.333, 66.667, 100]);
  });

  it('keeps exact spacing while frames arrive in bursts', () => {
    const { stitch } = ptsStitcher();
    const pts = Array.from({ length: 50 }, (_, i) => i * 40);
    assert.deepEqual(pts.map((ms) => stitch(ms, 1_000 + Math.ceil(ms / 400) * 400)), pts);
  });

  it('goes on by the time that has passed where the source starts again at zero', () => {
    const { stitch } = ptsStitcher();
    stitch(100_000, 1_000);
    assert.equal(stitch(0, 1_040), 100_040);
    assert.equal(stitch(40, 1_080), 100_080);
  });

  it('goes on by the time that has passed where the source jumps ahead', () => {
    const { stitch } = ptsStitcher();
    stitch(0, 1_000);
    assert.equal(stitch(90_000_000, 1_040), 40);
    assert.equal(stitch(90_000_040, 1_080), 80);
  });

  it('counts a time in which the source stood still with its clock stopped', () => {
    const { stitch } = ptsStitcher();
    stitch(0, 1_000);
    assert.equal(stitch(40, 11_000), 10_000);
  });

  it('believes frames that were lost on the way', () => {
    const { stitch } = ptsStitcher();
    stitch(0, 1_000);
    assert.equal(stitch(3_000, 4_010), 3_000);
  });

  it('puts a new connection after the old one by the time that has passed', () => {
    const { stitch, newEpoch } = ptsStitcher();
    stitch(500, 1_000);
    newEpoch();
    assert.equal(stitch(480, 9_000), 8_500);
    assert.equal(stitch(520, 9_040), 8_540);
  });

  it('never goes back and never stands still, whatever the source sends', () => {
    const events = fc.array(fc.record({
      pts: fc.double({ min: -1e9, max: 1e9, noNaN: true }), elapsed: fc.double({ min: 0, max: 1e5, noNaN: true }), newEpoch: fc.boolean(),
    }), { maxLength: 50 });
    fc.assert(fc.property(events, (sequence) => {
      const { stitch, newEpoch } = ptsStitcher();
      let now = 0;
      let last = -Infinity;
      for (const event of sequence) {
        if (event.newEpoch) newEpoch();
        now += event.elapsed;
        const pts = stitch(event.pts, now);
        assert.ok(Math.round(pts * 1_000) > Math.round(last * 1_000), `${pts} after ${last}`);
        last = pts;
      }
    }));
  });
});

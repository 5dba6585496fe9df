import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frameTimesS, lastOutputs, PairingTally } from '../../evaluation/pairing.js';

describe('pairing', () => {
  it("takes the last output at or before a frame's time", () => {
    assert.deepEqual([...lastOutputs([0.5, 1, 1, 2.5], [0, 1, 2, 3])], [-1, 2, 2, 3]);
  });

  it('pairs with the output eta frames earlier', () => {
    assert.deepEqual([...frameTimesS(3, 10, 0)], [0, 0.1, 0.2]);
    assert.deepEqual([...frameTimesS(3, 10, 1)], [-0.1, 0, 0.1]);
    assert.deepEqual([...frameTimesS(3, 10, -1)], [0.1, 0.2, 0.3]);
  });

  it('never takes an output from the future, and always the latest available one', () => {
    const times = fc
      .array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 })
      .map((values) => values.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, times, (outputs, frames) => {
        lastOutputs(outputs, frames).forEach((output, i) => {
          if (output >= 0) assert.ok(outputs[output] <= frames[i]);
          if (output + 1 < outputs.length) assert.ok(outputs[output + 1] > frames[i]);
        });
      }),
    );
  });

  it('counts misses, frames in time, and how far the others were behind', () => {
    const tally = new PairingTally();
    tally.add(Int32Array.of(-1, 0, 0, 1), Int32Array.of(1, 2));
    tally.add(Int32Array.of(-1, 0), Int32Array.of(0));
    assert.deepEqual(tally.counts(), { frames: 6, miss: 2, inTime: 1, mismatch: 3 });
    assert.deepEqual(tally.distribution(), [
      { mismatch: 0, frames: 1 },
      { mismatch: 1, frames: 3 },
    ]);
  });
});

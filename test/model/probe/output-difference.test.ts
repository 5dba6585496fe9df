import assert from 'node:assert/strict';
import fc from 'fast-check';
import { outputDifference } from '../../../src/model/probe/output-difference.js';

const floats = (...values: number[]): Float32Array => Float32Array.from(values);

describe('outputDifference', () => {
  it('is the largest difference as a share of the largest value of the same output', () => {
    const expected = [floats(0.5, -200, 3), floats(1, 0.25)];
    assert.equal(outputDifference(expected, [floats(0.5, -190, 3), floats(1, 0.25)], false), 0.05);
    assert.equal(outputDifference(expected, [floats(0.5, -200, 3), floats(1, 0.75)], false), 0.5);
  });

  it('is 0 for equal outputs, masked logits and values that are no number included', () => {
    fc.assert(
      fc.property(fc.float32Array(), fc.boolean(), (values, rowsInAnyOrder) => {
        assert.equal(outputDifference([values], [values.slice()], rowsInAnyOrder), 0);
      }),
    );
  });

  it('is infinite where one has a number and the other has none', () => {
    for (const rowsInAnyOrder of [false, true]) {
      assert.equal(outputDifference([floats(1, 2)], [floats(1, NaN)], rowsInAnyOrder), Infinity);
      assert.equal(outputDifference([floats(1, -Infinity)], [floats(1, 2)], rowsInAnyOrder), Infinity);
    }
  });

  it('is infinite for outputs of other sizes, and for values where the other is 0 throughout', () => {
    assert.equal(outputDifference([floats(1, 2)], [floats(1)], false), Infinity);
    assert.equal(outputDifference([floats(1, 2)], [], false), Infinity);
    assert.equal(outputDifference([floats(0, 0)], [floats(0, 1)], false), Infinity);
  });

  it('ignores the order of rows if the network chooses it, and no other difference', () => {
    const labels = floats(3, 3, 17, 60);
    assert.equal(outputDifference([labels], [floats(60, 3, 17, 3)], true), 0);
    assert.ok(outputDifference([labels], [floats(60, 3, 17, 3)], false) > 0.9);
    assert.ok(outputDifference([labels], [floats(0, 0, 1, 2)], true) > 0.9);
  });
});

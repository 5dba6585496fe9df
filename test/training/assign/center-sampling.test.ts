import assert from 'node:assert/strict';
import { anchorGrid } from '../../../training/anchors.js';
import type { Predictions } from '../../../training/assign/assignment.js';
import { centerSampling } from '../../../training/assign/center-sampling.js';

const GRID = anchorGrid({ width: 256, height: 128 });
const PREDICTIONS: Predictions = {
  rows: new Float32Array(GRID.count * 6),
  classCount: 1,
  boxes: new Float64Array(GRID.count * 4),
};

/** Where the chosen anchors lie: stride, column, row and the object that they are to find. */
function chosen(cells: 1 | 3, ...boxes: readonly (readonly number[])[]): number[][] {
  const { anchors, objects } = centerSampling(cells)(
    PREDICTIONS,
    {
      classIds: new Int32Array(boxes.length),
      boxes: Float32Array.from(boxes.flat()),
    },
    GRID,
  );
  return Array.from(anchors, (anchor, i) => [GRID.stride[anchor], GRID.x[anchor], GRID.y[anchor], objects[i]]);
}

describe('centerSampling', () => {
  it("takes the cell that the centre lies in, on the level of the object's size", () => {
    assert.deepEqual(chosen(1, [100, 50, 64, 10]), [[8, 12, 6, 0]]);
    assert.deepEqual(chosen(1, [100, 50, 10, 65]), [[16, 6, 3, 0]]);
    assert.deepEqual(chosen(1, [100, 50, 129, 10]), [[32, 3, 1, 0]]);
  });

  it('takes three by three cells, as far as they lie in the picture', () => {
    assert.deepEqual(
      chosen(3, [100, 50, 20, 20]).map(([, column, row]) => [column, row]),
      [
        [11, 5],
        [12, 5],
        [13, 5],
        [11, 6],
        [12, 6],
        [13, 6],
        [11, 7],
        [12, 7],
        [13, 7],
      ],
    );
    assert.deepEqual(
      chosen(3, [1, 127, 20, 20]).map(([, column, row]) => [column, row]),
      [
        [0, 14],
        [1, 14],
        [0, 15],
        [1, 15],
      ],
    );
  });

  it('gives a cell that several claim to the smallest', () => {
    assert.deepEqual(chosen(1, [100, 50, 10, 10], [101, 51, 30, 30]), [[8, 12, 6, 0]]);
    assert.deepEqual(chosen(1, [101, 51, 30, 30], [100, 50, 10, 10]), [[8, 12, 6, 1]]);
  });

  it('finds nothing for a centre outside the picture', () => {
    assert.deepEqual(chosen(1, [-3, 50, 20, 20]), []);
  });
});

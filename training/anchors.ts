import type { Size } from '../src/core/size.js';
import { anchorCount, STRIDES } from '../src/model/families/yolox/grid.js';

/** Every cell that predicts a box: level by level (strides 8, 16, 32), row by row. */
export type AnchorGrid = {
  readonly input: Size;
  readonly count: number;
  /** Column and row of each cell in its level. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** In input pixels. */
  readonly stride: Int32Array;
};

export function anchorGrid(input: Size): AnchorGrid {
  const count = anchorCount(input);
  const grid: AnchorGrid = {
    input,
    count,
    x: new Int32Array(count),
    y: new Int32Array(count),
    stride: new Int32Array(count),
  };
  let anchor = 0;
  for (const stride of STRIDES) {
    const columns = input.width / stride;
    for (let row = 0; row < input.height / stride; row++) {
      for (let column = 0; column < columns; column++, anchor++) {
        grid.x[anchor] = column;
        grid.y[anchor] = row;
        grid.stride[anchor] = stride;
      }
    }
  }
  return grid;
}

/**
 * Predicted boxes in input pixels as cx, cy, w, h.
 * @param rows [count, rowLength]: x, y in cells from the cell's corner, w, h as logarithms of cells, then scores
 */
export function decodeBoxes(rows: Float32Array, rowLength: number, { count, x, y, stride }: AnchorGrid): Float64Array {
  const boxes = new Float64Array(count * 4);
  for (let anchor = 0, row = 0, box = 0; anchor < count; anchor++, row += rowLength, box += 4) {
    const side = stride[anchor];
    boxes[box] = (rows[row] + x[anchor]) * side;
    boxes[box + 1] = (rows[row + 1] + y[anchor]) * side;
    boxes[box + 2] = Math.exp(rows[row + 2]) * side;
    boxes[box + 3] = Math.exp(rows[row + 3]) * side;
  }
  return boxes;
}

import type { Size } from '../../../core/size.js';
import { boxReader, type BoxCoding } from '../box-coding.js';
import { anchorCount, STRIDES } from './grid.js';

/**
 * Writes the box of a cell as its corners in input pixels: x1, y1, x2, y2 at `to`.
 * @param at where the first of its four numbers is in `boxes`; the others follow in steps of `step`
 */
export type WriteBox = (
  boxes: Float32Array,
  at: number,
  step: number,
  cell: number,
  corners: Float32Array,
  to: number,
) => void;

/** For x, y as offsets in grid cells, and w, h as logarithms of grid cells. */
export function undecodedBoxes(input: Size): WriteBox {
  const grid = createGrid(input);
  return (boxes, at, step, cell, corners, to) => {
    const stride = grid.stride[cell];
    const centerX = (boxes[at] + grid.x[cell]) * stride;
    const centerY = (boxes[at + step] + grid.y[cell]) * stride;
    const halfWidth = (Math.exp(boxes[at + 2 * step]) * stride) / 2;
    const halfHeight = (Math.exp(boxes[at + 3 * step]) * stride) / 2;
    corners[to] = centerX - halfWidth;
    corners[to + 1] = centerY - halfHeight;
    corners[to + 2] = centerX + halfWidth;
    corners[to + 3] = centerY + halfHeight;
  };
}

export function finishedBoxes(coding: BoxCoding, input: Size): WriteBox {
  const readBox = boxReader(coding, input);
  return (boxes, at, step, _cell, corners, to) => {
    const { x1, y1, x2, y2 } = readBox(boxes[at], boxes[at + step], boxes[at + 2 * step], boxes[at + 3 * step]);
    corners[to] = x1;
    corners[to + 1] = y1;
    corners[to + 2] = x2;
    corners[to + 3] = y2;
  };
}

/** Column, row and stride of every cell: level by level, row by row. */
function createGrid(input: Size): { x: Int32Array; y: Int32Array; stride: Int32Array } {
  const cells = anchorCount(input);
  const grid = { x: new Int32Array(cells), y: new Int32Array(cells), stride: new Int32Array(cells) };
  let cell = 0;
  for (const stride of STRIDES) {
    const columns = Math.floor(input.width / stride);
    const rows = Math.floor(input.height / stride);
    for (let i = 0; i < columns * rows; i++, cell++) {
      grid.x[cell] = i % columns;
      grid.y[cell] = Math.floor(i / columns);
      grid.stride[cell] = stride;
    }
  }
  return grid;
}

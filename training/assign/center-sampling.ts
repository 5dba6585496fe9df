import { STRIDES } from '../../src/model/families/yolox/grid.js';
import type { AnchorGrid } from '../anchors.js';
import { toAssignment, type Assigner } from './assignment.js';

/** The longest side, in input pixels, of a level's objects; the last level takes all longer ones. */
const LONGEST_SIDES = [64, 128, Infinity] as const;

/**
 * Plain centre sampling: the cell that contains an object's centre finds it (`cells` = 1), or the 3x3 cells around it
 * (`cells` = 3), on the one level for its size. If several objects claim a cell, the smallest gets it. The steps before
 * SimOTA in YOLOX (arXiv 2107.08430), section 2.1, "anchor-free" and "multi positives".
 */
export function centerSampling(cells: 1 | 3): Assigner {
  const reach = (cells - 1) / 2;
  return (predictions, objects, grid) => {
    const { boxes, classIds } = objects;
    const area = (object: number): number => boxes[object * 4 + 2] * boxes[object * 4 + 3];
    const objectOf = new Int32Array(grid.count).fill(-1);
    const largestFirst = [...classIds.keys()].sort((a, b) => area(b) - area(a));
    for (const object of largestFirst) {
      const [cx, cy, width, height] = boxes.subarray(object * 4, object * 4 + 4);
      const level = LONGEST_SIDES.findIndex((longest) => Math.max(width, height) <= longest);
      const side = STRIDES[level];
      for (let row = Math.floor(cy / side) - reach; row <= Math.floor(cy / side) + reach; row++) {
        for (let column = Math.floor(cx / side) - reach; column <= Math.floor(cx / side) + reach; column++) {
          const anchor = anchorAt(grid, level, column, row);
          if (anchor !== undefined) objectOf[anchor] = object;
        }
      }
    }
    return toAssignment(objectOf, predictions, objects);
  };
}

/** Undefined if the cell lies outside the picture. */
function anchorAt({ input }: AnchorGrid, level: number, column: number, row: number): number | undefined {
  const cellsOf = (side: number): [number, number] => [input.width / side, input.height / side];
  const [columns, rows] = cellsOf(STRIDES[level]);
  if (column < 0 || row < 0 || column >= columns || row >= rows) return undefined;
  const before = STRIDES.slice(0, level).reduce((sum, side) => sum + cellsOf(side)[0] * cellsOf(side)[1], 0);
  return before + row * columns + column;
}

import { DataError } from '../../src/core/errors.js';
import type { GroundTruth } from '../ground-truth.js';
import type { RecordId } from '../record-id.js';
import { listIn, matrixIn, numbersIn, type Matrix } from './plain-data.js';
import { counted } from '../../src/core/counted.js';

/** A detection as in COCO results, without its image. */
export type FrameResult = {
  readonly category_id: RecordId;
  /** Left, top, width, height. */
  readonly bbox: readonly number[];
  readonly score: number;
};

/**
 * The detections of one frame as its detector returned them: `(boxes with scores [n, 5], labels[, masks])`. The labels
 * are COCO's 80 where the annotations have a `coco_mapping`, else the annotations' own. Source: mtli/sAP
 * `det/__init__.py`, `parse_det_result`.
 */
export function rawResult(value: unknown, { cocoMapping, classIndex }: GroundTruth, where: string): FrameResult[] {
  const [boxes, labels] = tupleOf(value, 2, where);
  const matrix = matrixIn(boxes, `${where}[0]`);
  const classes = numbersIn(labels, `${where}[1]`);
  checkRows(matrix, 5, classes.length, where);
  return classes.flatMap((label, row) => {
    const id = cocoMapping === undefined ? label : cocoMapping[label];
    if (id === undefined) throw new DataError(`${where}[1][${row}]: label ${label} is none of COCO's classes`);
    const isDropped = cocoMapping !== undefined && !classIndex.has(id);
    return isDropped ? [] : [{ category_id: id, bbox: ltwh(matrix, row), score: matrix.at(row, 4) }];
  });
}

/** The same with the labels of the annotations: `(boxes [n, 4], scores, labels[, masks, tracks])`. */
export function parsedResult(value: unknown, where: string): FrameResult[] {
  const [boxes, scores, labels] = tupleOf(value, 3, where);
  const matrix = matrixIn(boxes, `${where}[0]`);
  const values = numbersIn(scores, `${where}[1]`);
  const classes = numbersIn(labels, `${where}[2]`);
  checkRows(matrix, 4, classes.length, where);
  if (values.length !== classes.length)
    throw new DataError(`${where}: ${values.length} scores, but ${classes.length} labels`);
  return classes.map((label, row) => ({ category_id: label, bbox: ltwh(matrix, row), score: values[row] }));
}

function tupleOf(value: unknown, least: number, where: string): readonly unknown[] {
  const parts = listIn(value, where);
  if (parts.length < least) throw new DataError(`${where} must be a tuple of at least ${least} parts`);
  return parts;
}

function checkRows({ rows, columns }: Matrix, expected: number, labels: number, where: string): void {
  if (rows !== labels)
    throw new DataError(`${where}: ${counted(rows, 'box', 'boxes')}, but ${counted(labels, 'label')}`);
  if (rows > 0 && columns < expected)
    throw new DataError(`${where}[0] must have ${counted(expected, 'column')}, but it has ${columns}`);
}

/** The toolkit subtracts in the precision of its array. */
function ltwh({ at, isFloat32 }: Matrix, row: number): number[] {
  const [left, top, right, bottom] = [0, 1, 2, 3].map((column) => at(row, column));
  const size = [right - left, bottom - top];
  return [left, top, ...(isFloat32 ? size.map(Math.fround) : size)];
}

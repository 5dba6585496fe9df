import type { Detection } from '../../../core/detection.js';
import type { NmsMode } from '../../../core/detector.js';
import { InternalError } from '../../../core/errors.js';
import { toSource, type Fit, type Size } from '../../../core/letterbox.js';
import { anchorCount, STRIDES } from './grid.js';
import { nms, type ScoredBoxes } from './nms.js';

export type PostprocessOptions = {
  /** The detector's input in pixels. */
  readonly input: Size;
  /** One name for each class of the model. */
  readonly classNames: readonly string[];
  /** Least objectness times class probability, 0 to 1. */
  readonly confThreshold: number;
  /** Greatest IoU at which two boxes both stay, 0 to 1. */
  readonly nmsThreshold: number;
  readonly nms: NmsMode;
  /** Report these classes alone; a box counts for its best class, and boxes of other classes suppress nothing. */
  readonly classIds?: readonly number[];
};

/**
 * From a network's raw output to detections.
 * @param raw [cells, 5 + classes]: x, y as offsets in grid cells, w, h as logarithms of grid cells, objectness and
 *   class probabilities after the sigmoid
 * @returns in source pixels, best first; coordinates are multiples of 1/1000 px, scores of 1e-6
 */
export type Postprocess = (raw: Float32Array, fit: Fit) => Detection[];

/**
 * Prepares decoding and suppression for one model. What the returned function needs is allocated once and reused; it
 * keeps nothing of one call for the next.
 * Source: YOLOX `yolox/models/yolo_head.py`, `decode_outputs`; `yolox/utils/boxes.py`, `postprocess`.
 */
export function createPostprocess(options: PostprocessOptions): Postprocess {
  const { classNames, nmsThreshold, nms: mode } = options;
  const candidates = createCandidates(options);
  return (raw, fit) => {
    const boxes = candidates(raw);
    return nms(boxes, nmsThreshold, mode).map((i) => toDetection(boxes, i, classNames, fit));
  };
}

/** Decodes what passes the threshold into arrays that the next call overwrites; boxes in input pixels. */
function createCandidates({ input, classNames, confThreshold, classIds }: PostprocessOptions): (raw: Float32Array) => ScoredBoxes {
  const classCount = classNames.length;
  const width = 5 + classCount;
  const grid = createGrid(input);
  const cells = grid.stride.length;
  const corners = new Float32Array(cells * 4);
  const scores = new Float32Array(cells);
  const bestClass = new Int32Array(cells);
  const isWanted = Uint8Array.from({ length: classCount }, (_, id) => (classIds === undefined || classIds.includes(id) ? 1 : 0));
  // Scores are float32 products; so is what they are compared with, as in the reference.
  const threshold = Math.fround(confThreshold);

  return (raw) => {
    if (raw.length !== cells * width) {
      throw new InternalError(`raw output has ${raw.length} values; ${cells} cells of 5 + ${classCount} classes need ${cells * width}`);
    }
    let count = 0;
    for (let cell = 0, row = 0; cell < cells; cell++, row += width) {
      const objectness = raw[row + 4];
      // No class probability exceeds 1, so the product cannot reach the threshold where objectness does not. NaN goes here too.
      if (!(objectness >= threshold)) continue;
      let classId = 0;
      for (let id = 1; id < classCount; id++) if (raw[row + 5 + id] > raw[row + 5 + classId]) classId = id;
      const score = Math.fround(objectness * raw[row + 5 + classId]);
      if (!(score >= threshold) || isWanted[classId] === 0) continue;

      const stride = grid.stride[cell];
      const centerX = (raw[row] + grid.x[cell]) * stride;
      const centerY = (raw[row + 1] + grid.y[cell]) * stride;
      const halfWidth = (Math.exp(raw[row + 2]) * stride) / 2;
      const halfHeight = (Math.exp(raw[row + 3]) * stride) / 2;
      corners[count * 4] = centerX - halfWidth;
      corners[count * 4 + 1] = centerY - halfHeight;
      corners[count * 4 + 2] = centerX + halfWidth;
      corners[count * 4 + 3] = centerY + halfHeight;
      // A half-precision network that overflows gives boxes without end.
      if (!corners.subarray(count * 4, count * 4 + 4).every(Number.isFinite)) continue;
      scores[count] = score;
      bestClass[count] = classId;
      count++;
    }
    return { corners, scores, classIds: bestClass, count };
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

function toDetection({ corners, scores, classIds }: ScoredBoxes, i: number, classNames: readonly string[], fit: Fit): Detection {
  const box = toSource({ x1: corners[i * 4], y1: corners[i * 4 + 1], x2: corners[i * 4 + 2], y2: corners[i * 4 + 3] }, fit);
  return {
    box: { x1: rounded(box.x1, 1e3), y1: rounded(box.y1, 1e3), x2: rounded(box.x2, 1e3), y2: rounded(box.y2, 1e3) },
    score: rounded(scores[i], 1e6),
    classId: classIds[i],
    className: classNames[classIds[i]],
  };
}

/** To multiples of 1/steps. Adding 0 turns -0, which JSON cannot hold, into 0. */
function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps + 0;
}

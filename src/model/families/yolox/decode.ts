import type { Size } from '../../../core/size.js';
import { InternalError } from '../../../core/errors.js';
import type { Decode, DecodeOptions } from '../../family.js';
import { detectionOf } from '../detection.js';
import { anchorCount, STRIDES } from './grid.js';
import { nms, type ScoredBoxes } from './nms.js';

/**
 * How rows lie in the outputs, and what their numbers are.
 * - `undecoded`: one output [cells, 5 + classes] with x, y as offsets in grid cells, w, h as logarithms of grid cells.
 * - `decoded`: the same with the box's centre and size in input pixels.
 * - `three heads`: undecoded, with an output [5 + classes, rows, columns] for each level.
 *
 * Objectness and classes are probabilities, or logits before the sigmoid.
 */
export type YoloxForm = `${'undecoded' | 'decoded' | 'three heads'} ${'probabilities' | 'logits'}`;

/**
 * Prepares decoding and suppression for one model. A box counts for its best class; with `classIds`, boxes of other
 * classes suppress nothing. What the returned function needs is allocated once and reused; it keeps nothing of one call
 * for the next.
 * Source: YOLOX `yolox/models/yolo_head.py`, `decode_outputs`; `yolox/utils/boxes.py`, `postprocess`.
 */
export function createDecoder(form: YoloxForm, options: DecodeOptions): Decode {
  const { classNames, nmsThreshold, nms: mode } = options;
  const candidates = createCandidates(form, options);
  return (outputs, fit) => {
    const boxes = candidates(outputs);
    const { corners, scores, classIds } = boxes;
    return nms(boxes, nmsThreshold, mode).map((i) =>
      detectionOf(
        { x1: corners[i * 4], y1: corners[i * 4 + 1], x2: corners[i * 4 + 2], y2: corners[i * 4 + 3] },
        scores[i],
        classIds[i],
        classNames,
        fit,
      ),
    );
  };
}

/** Decodes what passes the threshold into arrays that the next call overwrites; boxes in input pixels. */
function createCandidates(
  form: YoloxForm,
  { input, classNames, confThreshold, classIds }: DecodeOptions,
): (outputs: readonly Float32Array[]) => ScoredBoxes {
  const classCount = classNames.length;
  const width = 5 + classCount;
  const grid = createGrid(input);
  const cells = grid.stride.length;
  const tensors = form.startsWith('three heads')
    ? levelTensors(input)
    : [{ first: 0, end: cells, rowStep: width, columnStep: 1 }];
  const isDecoded = form.startsWith('decoded');
  const areLogits = form.endsWith('logits');
  const corners = new Float32Array(cells * 4);
  const scores = new Float32Array(cells);
  const bestClass = new Int32Array(cells);
  const isWanted = Uint8Array.from({ length: classCount }, (_, id) =>
    classIds === undefined || classIds.includes(id) ? 1 : 0,
  );
  // Scores are float32 products; so is what they are compared with, as in the reference.
  const threshold = Math.fround(confThreshold);

  return (outputs) => {
    let count = 0;
    for (let t = 0; t < tensors.length; t++) {
      const raw = outputs[t];
      const { first, end, rowStep, columnStep } = tensors[t];
      if (raw.length !== (end - first) * width) {
        throw new InternalError(
          `raw output has ${raw.length} values; ${end - first} cells of 5 + ${classCount} classes need ${(end - first) * width}`,
        );
      }
      for (let cell = first, row = 0; cell < end; cell++, row += rowStep) {
        const objectness = areLogits ? sigmoid(raw[row + 4 * columnStep]) : raw[row + 4 * columnStep];
        // No class probability exceeds 1, so the product cannot reach the threshold where objectness does not. NaN goes
        // here too.
        if (!(objectness >= threshold)) continue;
        const classes = row + 5 * columnStep;
        let classId = 0;
        for (let id = 1; id < classCount; id++)
          if (raw[classes + id * columnStep] > raw[classes + classId * columnStep]) classId = id;
        const best = raw[classes + classId * columnStep];
        const score = Math.fround(objectness * (areLogits ? sigmoid(best) : best));
        if (!(score >= threshold) || isWanted[classId] === 0) continue;

        let centerX = raw[row];
        let centerY = raw[row + columnStep];
        let halfWidth = raw[row + 2 * columnStep] / 2;
        let halfHeight = raw[row + 3 * columnStep] / 2;
        if (!isDecoded) {
          const stride = grid.stride[cell];
          centerX = (centerX + grid.x[cell]) * stride;
          centerY = (centerY + grid.y[cell]) * stride;
          halfWidth = (Math.exp(raw[row + 2 * columnStep]) * stride) / 2;
          halfHeight = (Math.exp(raw[row + 3 * columnStep]) * stride) / 2;
        }
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
    }
    return { corners, scores, classIds: bestClass, count };
  };
}

/** Which cells an output holds, and how far apart their rows and the numbers of a row lie. */
type CellTensor = {
  readonly first: number;
  readonly end: number;
  readonly rowStep: number;
  readonly columnStep: number;
};

function levelTensors({ width, height }: Size): CellTensor[] {
  let first = 0;
  return STRIDES.map((stride) => {
    const columnStep = Math.floor(width / stride) * Math.floor(height / stride);
    first += columnStep;
    return { first: first - columnStep, end: first, rowStep: 1, columnStep };
  });
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

function sigmoid(logit: number): number {
  return Math.fround(1 / (1 + Math.exp(-logit)));
}

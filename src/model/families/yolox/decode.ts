import type { Size } from '../../../core/size.js';
import { InternalError } from '../../../core/errors.js';
import type { Decode, DecodeOptions, OnUnusable } from '../../family.js';
import { BOX_CODINGS, type BoxCoding } from '../box-coding.js';
import { detectionOf, isBox } from '../detection.js';
import { anchorCount, STRIDES } from './grid.js';
import { nms, type ScoredBoxes } from './nms.js';
import { finishedBoxes, undecodedBoxes } from './write-box.js';

/**
 * How rows lie in the outputs, and what their numbers are.
 * - `undecoded`: one output [cells, 5 + classes] with x, y as offsets in grid cells, w, h as logarithms of grid cells.
 * - `decoded`: the same with the box's centre and size in input pixels; `decoded fractions`, `corners` and
 *   `corner fractions`: the same with other finished boxes (see `box-coding.ts`).
 * - `three heads`: undecoded, with an output [5 + classes, rows, columns] for each level.
 * - `nine heads`: undecoded, with outputs [classes, rows, columns], [4, rows, columns] and [1, rows, columns] for each
 *   level: classes, box, objectness.
 *
 * Objectness and classes are probabilities, or logits before the sigmoid.
 */
export type YoloxForm = `${'undecoded' | BoxCoding | 'three heads' | 'nine heads'} ${'probabilities' | 'logits'}`;

/** A form without the word for its scores. */
export function layoutOf(form: YoloxForm): string {
  return form.slice(0, form.lastIndexOf(' '));
}

/**
 * Prepares decoding and suppression for one model. A box counts for its best class; with `classIds`, boxes of other
 * classes suppress nothing. The returned function reuses its memory; its calls are independent.
 * Source: YOLOX `yolox/models/yolo_head.py`, `decode_outputs`; `yolox/utils/boxes.py`, `postprocess`. Nine heads:
 * MMDetection `mmdet/models/dense_heads/yolox_head.py`, `_bbox_decode`.
 */
export function createDecoder(form: YoloxForm, options: DecodeOptions): Decode {
  const { classNames, nmsThreshold, nms: mode } = options;
  const candidates = createCandidates(form, options);
  return (outputs, fit, onUnusable) => {
    const boxes = candidates(outputs, onUnusable);
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
): (outputs: readonly Float32Array[], onUnusable?: OnUnusable) => ScoredBoxes {
  const classCount = classNames.length;
  const cells = anchorCount(input);
  const levels = levelsOf(form, input, classCount);
  const coding = BOX_CODINGS.find((name) => name === layoutOf(form));
  const writeBox = coding === undefined ? undecodedBoxes(input) : finishedBoxes(coding, input);
  const areLogits = form.endsWith('logits');
  const corners = new Float32Array(cells * 4);
  const scores = new Float32Array(cells);
  const bestClass = new Int32Array(cells);
  const isWanted = Uint8Array.from({ length: classCount }, (_, id) =>
    classIds === undefined || classIds.includes(id) ? 1 : 0,
  );
  // Scores are float32 products; so is what they are compared with, as in the reference.
  const threshold = Math.fround(confThreshold);

  return (outputs, onUnusable) => {
    let count = 0;
    let unusable = 0;
    for (const { first, end, rowStep, columnStep, parts, box, objectness, classes } of levels) {
      for (const { output, width } of parts) checkLength(outputs[output], end - first, width, classCount);
      const boxes = outputs[box.output];
      const objects = outputs[objectness.output];
      const classScores = outputs[classes.output];
      for (let cell = first, row = 0; cell < end; cell++, row += rowStep) {
        const object = objects[row + objectness.column * columnStep];
        const objectScore = areLogits ? sigmoid(object) : object;
        // No class probability exceeds 1, so the product cannot reach the threshold where objectness does not. NaN goes
        // here too.
        if (!(objectScore >= threshold)) {
          if (Number.isNaN(objectScore)) unusable++;
          continue;
        }
        const firstClass = row + classes.column * columnStep;
        const classId = bestClassAt(classScores, firstClass, columnStep, classCount);
        const best = classScores[firstClass + classId * columnStep];
        const score = Math.fround(objectScore * (areLogits ? sigmoid(best) : best));
        if (!Number.isFinite(score)) unusable++;
        if (!(score >= threshold) || score === Infinity || isWanted[classId] === 0) continue;

        writeBox(boxes, row + box.column * columnStep, columnStep, cell, corners, count * 4);
        if (!isBoxAt(corners, count * 4)) {
          unusable++;
          continue;
        }
        scores[count] = score;
        bestClass[count] = classId;
        count++;
      }
    }
    if (unusable > 0) onUnusable?.(unusable);
    return { corners, scores, classIds: bestClass, count };
  };
}

/** Where a number of a row lies: in which output, and in which of its columns the first one. */
type Columns = { readonly output: number; readonly column: number };

/** The cells that one or several outputs hold, and how far apart their rows and the numbers of a row lie. */
type Level = {
  readonly first: number;
  readonly end: number;
  readonly rowStep: number;
  readonly columnStep: number;
  /** The outputs, and the columns of each. */
  readonly parts: readonly { readonly output: number; readonly width: number }[];
  readonly box: Columns;
  readonly objectness: Columns;
  readonly classes: Columns;
};

function levelsOf(form: YoloxForm, input: Size, classCount: number): Level[] {
  const width = 5 + classCount;
  const together = (output: number): Pick<Level, 'parts' | 'box' | 'objectness' | 'classes'> => ({
    parts: [{ output, width }],
    box: { output, column: 0 },
    objectness: { output, column: 4 },
    classes: { output, column: 5 },
  });
  const split = (output: number): Pick<Level, 'parts' | 'box' | 'objectness' | 'classes'> => ({
    parts: [classCount, 4, 1].map((columns, i) => ({ output: output + i, width: columns })),
    classes: { output, column: 0 },
    box: { output: output + 1, column: 0 },
    objectness: { output: output + 2, column: 0 },
  });
  const hasHeads = form.startsWith('three heads') || form.startsWith('nine heads');
  if (!hasHeads) return [{ first: 0, end: anchorCount(input), rowStep: width, columnStep: 1, ...together(0) }];
  let first = 0;
  return STRIDES.map((stride, level) => {
    const columnStep = Math.floor(input.width / stride) * Math.floor(input.height / stride);
    first += columnStep;
    const parts = form.startsWith('nine heads') ? split(3 * level) : together(level);
    return { first: first - columnStep, end: first, rowStep: 1, columnStep, ...parts };
  });
}

/** The first of the classes with the highest score. */
function bestClassAt(scores: Float32Array, first: number, step: number, classCount: number): number {
  let best = 0;
  for (let id = 1; id < classCount; id++) if (scores[first + id * step] > scores[first + best * step]) best = id;
  return best;
}

function isBoxAt(corners: Float32Array, at: number): boolean {
  return isBox({ x1: corners[at], y1: corners[at + 1], x2: corners[at + 2], y2: corners[at + 3] });
}

function checkLength(raw: Float32Array, cells: number, width: number, classCount: number): void {
  if (raw.length === cells * width) return;
  const columns = width === 5 + classCount ? `5 + ${classCount} classes` : `${width} columns`;
  throw new InternalError(`raw output has ${raw.length} values; ${cells} cells of ${columns} need ${cells * width}`);
}

function sigmoid(logit: number): number {
  return Math.fround(1 / (1 + Math.exp(-logit)));
}

import { InternalError } from '../../../core/errors.js';
import type { Detection } from '../../../core/detection.js';
import type { Decode, DecodeOptions } from '../../family.js';
import { detectionOf } from '../detection.js';

/**
 * - `boxes`: labels [n], boxes [n, 4] as corners in pixels of the input, scores [n].
 * - `logits`: boxes [queries, 4] as centre and size in fractions of the input, logits [queries, classes].
 */
export type DetrForm = 'boxes' | 'logits';

/** One candidate: its score, the row of its box, its class. */
type Scored = { readonly score: number; readonly row: number; readonly classId: number };

/**
 * Prepares the decoding for one model. Each query is one object, so nothing is suppressed.
 * Source: RT-DETR `rtdetr_postprocessor.py`; RF-DETR `lwdetr.py`, `PostProcess`.
 */
export function createDecoder(form: DetrForm, options: DecodeOptions): Decode {
  const {
    input: { width, height },
    classNames,
    confThreshold,
    classIds,
  } = options;
  const threshold = Math.fround(confThreshold);
  const isWanted = classIds === undefined ? () => true : (classId: number) => classIds.includes(classId);

  const finished = (
    scored: Scored[],
    boxes: Float32Array,
    boxOf: (at: number) => Detection['box'],
    fit: Parameters<Decode>[1],
  ): Detection[] =>
    scored
      .filter(({ row }) => boxes.subarray(row * 4, row * 4 + 4).every(Number.isFinite))
      .sort((a, b) => b.score - a.score || a.row - b.row || a.classId - b.classId)
      .map(({ score, row, classId }) => detectionOf(boxOf(row * 4), score, classId, classNames, fit));

  if (form === 'boxes') {
    return ([labels, boxes, scores], fit) => {
      if (boxes.length !== 4 * scores.length || labels.length !== scores.length)
        throw unequal(`${labels.length} labels, ${boxes.length / 4} boxes and ${scores.length} scores`);
      const scored: Scored[] = [];
      for (let row = 0; row < scores.length; row++)
        if (scores[row] >= threshold && isWanted(labels[row]))
          scored.push({ score: scores[row], row, classId: labels[row] });
      return finished(
        scored,
        boxes,
        (at) => ({ x1: boxes[at], y1: boxes[at + 1], x2: boxes[at + 2], y2: boxes[at + 3] }),
        fit,
      );
    };
  }
  return ([boxes, logits], fit) => {
    const classCount = classNames.length;
    const queries = boxes.length / 4;
    if (logits.length !== queries * classCount)
      throw unequal(`${queries} boxes and ${logits.length} logits of ${classCount} classes`);
    const scored: Scored[] = [];
    for (let at = 0; at < logits.length; at++) {
      const score = Math.fround(1 / (1 + Math.exp(-logits[at])));
      const classId = at % classCount;
      if (score >= threshold && isWanted(classId)) scored.push({ score, row: Math.floor(at / classCount), classId });
    }
    const boxOf = (at: number): Detection['box'] => {
      const [x, y, halfWidth, halfHeight] = [
        boxes[at] * width,
        boxes[at + 1] * height,
        (boxes[at + 2] * width) / 2,
        (boxes[at + 3] * height) / 2,
      ];
      return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
    };
    // A query may stand for several classes; as many detections stay as there are queries, as in the reference.
    return finished(scored, boxes, boxOf, fit).slice(0, queries);
  };
}

function unequal(what: string): InternalError {
  return new InternalError(`the outputs do not belong together: ${what}`);
}

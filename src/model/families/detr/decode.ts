import { InternalError } from '../../../core/errors.js';
import type { Detection } from '../../../core/detection.js';
import type { Decode, DecodeOptions, OnUnusable } from '../../family.js';
import { boxReader, type BoxCoding } from '../box-coding.js';
import { detectionOf, isBox } from '../detection.js';

/**
 * - `boxes`: labels [n], boxes [n, 4] as corners in pixels of the input, scores [n].
 * - `logits`: boxes [queries, 4] as centre and size in fractions of the input, logits [queries, classes].
 * - `probabilities`: the same after the sigmoid.
 */
export const DETR_HEADS = ['boxes', 'logits', 'probabilities'] as const;
export type DetrHead = (typeof DETR_HEADS)[number];

/** A head whose boxes are of another coding than its own names it: `boxes as corner fractions`. */
export type DetrForm = DetrHead | `${DetrHead} as ${BoxCoding}`;

/** The head and the coding of a form. */
export function partsOf(form: DetrForm): { readonly head: DetrHead; readonly coding: BoxCoding } {
  const [head, coding] = form.split(' as ') as [DetrHead, BoxCoding | undefined];
  return { head, coding: coding ?? usualCoding(head) };
}

/** @returns the form of this head and coding, in its shortest spelling */
export function formOf(head: DetrHead, coding: BoxCoding): DetrForm {
  return coding === usualCoding(head) ? head : `${head} as ${coding}`;
}

function usualCoding(head: DetrHead): BoxCoding {
  return head === 'boxes' ? 'corners' : 'decoded fractions';
}

/** One candidate: its score, the row of its box, its class. */
type Scored = { readonly score: number; readonly row: number; readonly classId: number };

/**
 * Prepares the decoding for one model. Each query is one object, so nothing is suppressed.
 * Source: RT-DETR `rtdetr_postprocessor.py`; RF-DETR `lwdetr.py`, `PostProcess`.
 */
export function createDecoder(form: DetrForm, options: DecodeOptions): Decode {
  const { input, classNames, confThreshold, classIds } = options;
  const threshold = Math.fround(confThreshold);
  const { head, coding } = partsOf(form);
  const readBox = boxReader(coding, input);
  const isWanted = classIds === undefined ? () => true : (classId: number) => classIds.includes(classId);

  const finished = (
    scored: Scored[],
    boxes: Float32Array,
    unscored: number,
    fit: Parameters<Decode>[1],
    onUnusable?: OnUnusable,
  ): Detection[] => {
    const usable = scored.flatMap(({ row, score, classId }) => {
      const box = readBox(boxes[row * 4], boxes[row * 4 + 1], boxes[row * 4 + 2], boxes[row * 4 + 3]);
      return score < Infinity && isBox(box) ? [{ row, score, classId, box }] : [];
    });
    const unusable = unscored + scored.length - usable.length;
    if (unusable > 0) onUnusable?.(unusable);
    return usable
      .sort((a, b) => b.score - a.score || a.row - b.row || a.classId - b.classId)
      .map(({ score, classId, box }) => detectionOf(box, score, classId, classNames, fit));
  };

  if (head === 'boxes') {
    return ([labels, boxes, scores], fit, onUnusable) => {
      if (boxes.length !== 4 * scores.length || labels.length !== scores.length)
        throw unequal(`${labels.length} labels, ${boxes.length / 4} boxes and ${scores.length} scores`);
      const scored: Scored[] = [];
      let unscored = 0;
      for (let row = 0; row < scores.length; row++) {
        if (Number.isNaN(scores[row])) unscored++;
        if (scores[row] >= threshold && isWanted(labels[row]))
          scored.push({ score: scores[row], row, classId: labels[row] });
      }
      return finished(scored, boxes, unscored, fit, onUnusable);
    };
  }
  return ([boxes, logits], fit, onUnusable) => {
    const classCount = classNames.length;
    const queries = boxes.length / 4;
    if (logits.length !== queries * classCount)
      throw unequal(`${queries} boxes and ${logits.length} logits of ${classCount} classes`);
    const scored: Scored[] = [];
    // A query without a number counts once, however many classes it has.
    const unscored = new Set<number>();
    for (let at = 0; at < logits.length; at++) {
      const score = head === 'probabilities' ? logits[at] : Math.fround(1 / (1 + Math.exp(-logits[at])));
      const classId = at % classCount;
      if (Number.isNaN(score)) unscored.add(Math.floor(at / classCount));
      if (score >= threshold && isWanted(classId)) scored.push({ score, row: Math.floor(at / classCount), classId });
    }
    // A query may stand for several classes; as many detections stay as there are queries, as in the reference.
    return finished(scored, boxes, unscored.size, fit, onUnusable).slice(0, queries);
  };
}

function unequal(what: string): InternalError {
  return new InternalError(`the outputs do not belong together: ${what}`);
}

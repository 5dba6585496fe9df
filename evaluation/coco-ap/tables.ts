import { DEFAULT_LIMITS, type DetectionLimits } from './parameters.js';

/** An `iscrowd` of 1 or more. */
export const CROWD = 1;
/** An `iscrowd` such as 0.5 or "0": true for Python, but 0 as a whole number. */
export const NOT_COUNTED = 2;

/** Annotated objects, one a row, in the order of their file. */
export type ObjectColumns = {
  /** Index of the image: images are numbered in the order of their ids. */
  readonly image: Int32Array;
  /** Index of the class: classes are numbered in the order of their ids. */
  readonly classIndex: Int32Array;
  /** Left, top, width, height in pixels; [n, 4]. */
  readonly boxes: Float64Array;
  /** As annotated; for a segmented object this is less than width times height. */
  readonly area: Float64Array;
  /**
   * 0 for an object to find; 1 for a region of many, which may be found any number of times and never counts; 2 for an
   * object that does not count either, but is found once.
   */
  readonly crowd: Uint8Array;
  /**
   * 1 for the annotation with id 0. pycocotools stores the id of a detection's match and reads 0 as "none", so a
   * detection that finds this object counts as a false positive. Equal numbers require the same here.
   */
  readonly idIsZero: Uint8Array;
};

/** Detections, one a row, in the order of their source. */
export type DetectionColumns = {
  /** Index of the detected frame. */
  readonly frame: Int32Array;
  readonly classIndex: Int32Array;
  /** Left, top, width, height in pixels; [n, 4]. */
  readonly boxes: Float64Array;
  readonly scores: Float64Array;
  /** In square pixels; by default width times height. */
  readonly areas?: Float64Array;
};

/** Rows grouped by (group, class): the rows of a pair lie from `start[group * classes + class]` to the next start. */
type Grouping = {
  readonly groups: number;
  readonly classes: number;
  readonly start: Int32Array;
};

/** Objects grouped by image and class. */
export type ObjectTable = Grouping & Omit<ObjectColumns, 'image' | 'classIndex'>;

/**
 * The detections that can count, grouped by frame and class, best score first, equal scores in the order of their
 * source.
 */
export type DetectionTable = Grouping & {
  readonly limits: DetectionLimits;
  readonly boxes: Float64Array;
  readonly areas: Float64Array;
  readonly scores: Float64Array;
  /** 0 for the highest score of the class over all frames, 1 for the next lower one…; equal scores share a rank. */
  readonly rank: Int32Array;
  /** Number of ranks of each class. */
  readonly ranks: Int32Array;
};

export function objectTable(columns: ObjectColumns, images: number, classes: number): ObjectTable {
  const { start, order } = group(columns.image, columns.classIndex, images, classes);
  return {
    groups: images,
    classes,
    start,
    boxes: pickBoxes(columns.boxes, order),
    area: Float64Array.from(order, (row) => columns.area[row]),
    crowd: Uint8Array.from(order, (row) => columns.crowd[row]),
    idIsZero: Uint8Array.from(order, (row) => columns.idIsZero[row]),
  };
}

export function detectionTable(
  columns: DetectionColumns,
  frames: number,
  classes: number,
  limits: DetectionLimits = DEFAULT_LIMITS,
): DetectionTable {
  const grouped = group(columns.frame, columns.classIndex, frames, classes);
  const { start, order } = keepBest(grouped.start, grouped.order, columns.scores, limits[2]);
  const scores = Float64Array.from(order, (row) => columns.scores[row]);
  const boxes = pickBoxes(columns.boxes, order);
  const { areas } = columns;
  return {
    limits,
    groups: frames,
    classes,
    start,
    boxes,
    areas:
      areas === undefined
        ? scores.map((_, row) => boxes[row * 4 + 2] * boxes[row * 4 + 3])
        : Float64Array.from(order, (row) => areas[row]),
    scores,
    ...rankScores(scores, start, frames, classes),
  };
}

/** A stable counting sort of the rows by (group, class). */
function group(
  groupOf: Int32Array,
  classOf: Int32Array,
  groups: number,
  classes: number,
): { start: Int32Array; order: Int32Array } {
  const start = new Int32Array(groups * classes + 1);
  for (let row = 0; row < groupOf.length; row++) start[groupOf[row] * classes + classOf[row] + 1]++;
  for (let cell = 1; cell < start.length; cell++) start[cell] += start[cell - 1];
  const next = start.slice();
  const order = new Int32Array(groupOf.length);
  for (let row = 0; row < groupOf.length; row++) order[next[groupOf[row] * classes + classOf[row]]++] = row;
  return { start, order };
}

function keepBest(
  start: Int32Array,
  order: Int32Array,
  scores: Float64Array,
  most: number,
): { start: Int32Array; order: Int32Array } {
  const keptStart = new Int32Array(start.length);
  const kept = new Int32Array(order.length);
  let count = 0;
  for (let cell = 0; cell + 1 < start.length; cell++) {
    const rows = order.subarray(start[cell], start[cell + 1]);
    if (!isDescending(rows, scores)) rows.sort((a, b) => scores[b] - scores[a] || a - b);
    const best = rows.subarray(0, most);
    kept.set(best, count);
    count += best.length;
    keptStart[cell + 1] = count;
  }
  return { start: keptStart, order: kept.subarray(0, count) };
}

function isDescending(rows: Int32Array, scores: Float64Array): boolean {
  for (let i = 1; i < rows.length; i++) if (scores[rows[i]] > scores[rows[i - 1]]) return false;
  return true;
}

/** Ranks let every later evaluation sort by counting, and in the order of an exact stable sort. */
function rankScores(
  scores: Float64Array,
  start: Int32Array,
  frames: number,
  classes: number,
): { rank: Int32Array; ranks: Int32Array } {
  const rank = new Int32Array(scores.length);
  const ranks = new Int32Array(classes);
  for (let k = 0; k < classes; k++) {
    const ascending = scoresOfClass(scores, start, frames, classes, k).sort();
    let distinct = 0;
    for (let i = 0; i < ascending.length; i++) {
      if (i === 0 || ascending[i] > ascending[distinct - 1]) ascending[distinct++] = ascending[i];
    }
    ranks[k] = distinct;
    for (let f = 0; f < frames; f++) {
      const end = start[f * classes + k + 1];
      for (let row = start[f * classes + k]; row < end; row++) {
        rank[row] = distinct - 1 - indexOf(ascending, distinct, scores[row]);
      }
    }
  }
  return { rank, ranks };
}

function scoresOfClass(
  scores: Float64Array,
  start: Int32Array,
  frames: number,
  classes: number,
  k: number,
): Float64Array {
  let count = 0;
  for (let f = 0; f < frames; f++) count += start[f * classes + k + 1] - start[f * classes + k];
  const found = new Float64Array(count);
  count = 0;
  for (let f = 0; f < frames; f++) {
    const end = start[f * classes + k + 1];
    for (let row = start[f * classes + k]; row < end; row++) found[count++] = scores[row];
  }
  return found;
}

/** Index of `value` among the first `count` of `ascending`, which contain it. */
function indexOf(ascending: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function pickBoxes(boxes: Float64Array, order: Int32Array): Float64Array {
  const picked = new Float64Array(order.length * 4);
  for (let i = 0; i < order.length; i++) {
    for (let side = 0; side < 4; side++) picked[i * 4 + side] = boxes[order[i] * 4 + side];
  }
  return picked;
}

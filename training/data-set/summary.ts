import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { counted } from '../../src/core/counted.js';
import { DataError } from '../../src/core/errors.js';
import type { Size } from '../../src/core/size.js';
import type { DataSet } from './data-set.js';
import { listed } from './classes.js';

/** Counts of a data set, and a fingerprint of it. */
export type DataSetFacts = {
  readonly pictures: number;
  readonly boxes: number;
  /** Of everything that training sees of the annotations; moved folders have the same. */
  readonly sha256: string;
};

/** `2 pictures (1 without an object), 38 boxes of 8 classes: car 18, person 12, …`. */
export function summarize({ classNames, pictures }: DataSet): string {
  const counts = classNames.map(() => 0);
  let empty = 0;
  for (const { labels } of pictures) {
    if (labels.classIds.length === 0) empty++;
    for (const classId of labels.classIds) counts[classId]++;
  }
  const boxes = counts.reduce((sum, count) => sum + count, 0);
  const classes = classNames.map((name, i) => ({ name, count: counts[i] })).sort((a, b) => b.count - a.count);
  return (
    `${counted(pictures.length, 'picture')}${empty === 0 ? '' : ` (${empty} without an object)`}, ` +
    `${counted(boxes, 'box', 'boxes')} of ${counted(classNames.length, 'class', 'classes')}: ` +
    listed(classes.map(({ name, count }) => `${name} ${count}`))
  );
}

export function factsOf({ classNames, pictures }: DataSet): DataSetFacts {
  const hash = createHash('sha256').update(JSON.stringify(classNames));
  let boxes = 0;
  for (const { path, size, labels } of pictures) {
    boxes += labels.classIds.length;
    hash.update(JSON.stringify([basename(path), size.width, size.height, labels.classIds.length]));
    hash.update(labels.classIds).update(labels.corners);
  }
  return { pictures: pictures.length, boxes, sha256: hash.digest('hex') };
}

/**
 * Boxes that are smaller than a pixel once their picture is fitted into the network's input: they teach nothing.
 * @param name of the data set, for messages
 * @returns a warning, if there are any
 * @throws DataError if every box is
 */
export function tooSmallAt({ pictures }: DataSet, input: Size, name: string): string[] {
  let count = 0;
  let boxes = 0;
  let first = '';
  for (const { path, size, labels } of pictures) {
    const scale = Math.min(input.width / size.width, input.height / size.height);
    boxes += labels.classIds.length;
    for (let i = 0; i < labels.corners.length; i += 4) {
      const [x1, y1, x2, y2] = labels.corners.subarray(i, i + 4);
      if (Math.min(x2 - x1, y2 - y1) * scale >= 1) continue;
      if (count++ === 0) first = `${(x2 - x1).toFixed(1)}x${(y2 - y1).toFixed(1)} in ${path}`;
    }
  }
  if (count === 0) return [];
  const text = `${name}: ${count} of ${counted(boxes, 'box', 'boxes')} would be smaller than a pixel at an input of ${input.width}x${input.height} (first ${first})`;
  if (count === boxes) throw new DataError(`${text}; there is nothing to learn. Choose a larger input`);
  return [`${text}; they teach nothing there, so a larger input may learn more`];
}

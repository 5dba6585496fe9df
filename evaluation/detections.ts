import { DataError } from '../src/core/errors.js';
import type { DetectionColumns } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { boxOf, describe, integerOf, numberOf, type JsonRecord } from './json-records.js';
import { Warnings } from './warnings.js';

export type ParsedDetections = {
  /** `frame` is the image index. */
  readonly columns: DetectionColumns;
  readonly warnings: readonly string[];
};

/**
 * Reads a parsed list of COCO results: `{image_id, category_id, bbox: [left, top, width, height], score}`. Skips and
 * counts classes that the ground truth does not have; pycocotools skips them too.
 * @throws DataError naming the wrong record
 */
export function parseDetections(
  file: unknown,
  truth: Pick<GroundTruth, 'imageIndex' | 'classIndex'>,
): ParsedDetections {
  if (!Array.isArray(file)) throw new DataError(`detections: expected an array of results, got ${describe(file)}`);
  const records = file as readonly (JsonRecord | null)[];
  const warnings = new Warnings();
  const frame = new Int32Array(records.length);
  const classIndex = new Int32Array(records.length);
  const boxes = new Float64Array(records.length * 4);
  const scores = new Float64Array(records.length);
  let count = 0;
  for (let i = 0; i < records.length; i++) {
    const record = records[i];
    if (typeof record !== 'object' || record === null)
      throw new DataError(`detections[${i}] must be an object, got ${describe(record)}`);
    const image = truth.imageIndex.get(integerOf(record, 'image_id', 'detections', i));
    if (image === undefined) {
      throw new DataError(
        `detections[${i}]: image_id ${String(record['image_id'])} is not in the annotations; check that the results belong to this data set`,
      );
    }
    const cls = truth.classIndex.get(integerOf(record, 'category_id', 'detections', i));
    boxOf(record, 'detections', i, boxes, count * 4);
    scores[count] = numberOf(record, 'score', 'detections', i);
    if (cls === undefined) {
      warnings.add(
        `detection skipped: category_id ${String(record['category_id'])} is not in the annotations`,
        `detections[${i}]`,
      );
      continue;
    }
    frame[count] = image;
    classIndex[count++] = cls;
  }
  return {
    columns: {
      frame: frame.subarray(0, count),
      classIndex: classIndex.subarray(0, count),
      boxes: boxes.subarray(0, count * 4),
      scores: scores.subarray(0, count),
    },
    warnings: warnings.list(),
  };
}

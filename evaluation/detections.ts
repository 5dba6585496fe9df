import { DataError } from '../src/core/errors.js';
import type { DetectionColumns } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import {
  boxOf,
  describe,
  isJsonRecord,
  numberOf,
  numpyBoxOf,
  oddityOf,
  referenceOf,
  wrongField,
  type JsonRecord,
} from './json-records.js';
import { maskExtent } from './run-length-mask.js';
import { Warnings } from './warnings.js';

export type ParsedDetections = {
  /** `frame` is the image index. */
  readonly columns: DetectionColumns;
  readonly warnings: readonly string[];
};

/**
 * Reads a parsed list of COCO results: `{image_id, category_id, bbox: [left, top, width, height], score}`. If the first
 * has no box but a `segmentation`, all boxes and areas come from their masks, as in pycocotools. Skips and counts
 * classes that the ground truth does not have; pycocotools skips them too.
 * @throws DataError naming the wrong record
 */
export function parseDetections(
  file: unknown,
  truth: Pick<GroundTruth, 'imageIndex' | 'classIndex'> & Partial<Pick<GroundTruth, 'unscoredClasses'>>,
): ParsedDetections {
  if (!Array.isArray(file)) throw new DataError(`detections: expected an array of results, got ${describe(file)}`);
  const records = file as readonly unknown[];
  const warnings = new Warnings();
  const areMasks = holdsMasks(records[0]);
  const frame = new Int32Array(records.length);
  const classIndex = new Int32Array(records.length);
  const boxes = new Float64Array(records.length * 4);
  const areas = new Float64Array(areMasks ? records.length : 0);
  const scores = new Float64Array(records.length);
  let count = 0;
  for (let i = 0; i < records.length; i++) {
    const record = records[i];
    if (!isJsonRecord(record)) throw new DataError(`detections[${i}] must be an object, got ${describe(record)}`);
    const imageId = referenceOf(record, 'image_id', 'detections', i);
    const image = imageId === undefined ? undefined : truth.imageIndex.get(imageId);
    if (image === undefined) {
      throw new DataError(
        `detections[${i}]: image_id ${describe(record['image_id'])} is not in the annotations; check that the results belong to this data set`,
      );
    }
    const classId = referenceOf(record, 'category_id', 'detections', i);
    const cls = classId === undefined ? undefined : truth.classIndex.get(classId);
    if (cls === undefined) {
      if (classId === undefined || truth.unscoredClasses?.has(classId) !== true)
        warnings.add(
          `detection skipped: category_id ${describe(record['category_id'])} is not in the annotations`,
          `detections[${i}]`,
        );
      continue;
    }
    if (areMasks) areas[count] = readMask(record, i, boxes, count * 4);
    else boxOf(record, 'detections', i, boxes, count * 4);
    scores[count] = scoreOf(record, i, warnings);
    const oddity = oddityOf(boxes, count * 4);
    if (oddity !== undefined)
      warnings.add(
        `box of a detection with ${oddity}, scored as it is, as in pycocotools`,
        `detections[${i}], ${describe(record['bbox'])}`,
      );
    frame[count] = image;
    classIndex[count++] = cls;
  }
  return {
    columns: {
      frame: frame.subarray(0, count),
      classIndex: classIndex.subarray(0, count),
      boxes: boxes.subarray(0, count * 4),
      scores: scores.subarray(0, count),
      ...(areMasks && { areas: areas.subarray(0, count) }),
    },
    warnings: warnings.list(),
  };
}

function holdsMasks(first: unknown): boolean {
  if (!isJsonRecord(first)) return false;
  const { bbox, segmentation } = first;
  return (bbox === undefined || (Array.isArray(bbox) && bbox.length === 0)) && segmentation !== undefined;
}

/** @returns the area of the mask */
function readMask(record: JsonRecord, i: number, boxes: Float64Array, at: number): number {
  const mask = record['segmentation'];
  const { size, counts } = isJsonRecord(mask) ? mask : {};
  const [height, width] = Array.isArray(size) ? (size as unknown[]) : [];
  if (typeof counts !== 'string' || !isExtent(height) || !isExtent(width))
    throw wrongField(record, 'segmentation', 'detections', i, 'a compressed mask {size: [height, width], counts}');
  const { area, box } = maskExtent(counts, height, width);
  if (record['bbox'] === undefined) boxes.set(box, at);
  else numpyBoxOf(record, 'detections', i, boxes, at);
  return area;
}

function isExtent(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

/** NaN ranks last, as NumPy sorts it. */
function scoreOf(record: JsonRecord, i: number, warnings: Warnings): number {
  const score = numberOf(record, 'score', 'detections', i);
  if (Number.isFinite(score)) return score;
  warnings.add('score of a detection that is not finite; NaN ranks last, as in pycocotools', `detections[${i}]`);
  return Number.isNaN(score) ? -Infinity : score;
}

import { DataError } from '../../src/core/errors.js';
import type { GroundTruth } from '../ground-truth.js';
import { isNumpyArray, plain } from '../../src/pickle/numpy-array.js';
import { rawResult } from './frame-results.js';
import { entryOf, numbersIn } from './plain-data.js';
import { counted } from '../../src/core/counted.js';

/**
 * The detections of a data set as a list of COCO results. The sAP toolkit writes `results_ccf.pkl`, such a list, and
 * `results_raw.pkl`, the results of each image in the order of the annotations. Source: mtli/sAP `det/offline_det.py`.
 * @throws DataError naming the wrong entry
 */
export function sapDetections(pickled: unknown, truth: GroundTruth): Record<string, unknown>[] {
  if (!Array.isArray(pickled))
    throw new DataError(
      "detections: expected the sAP toolkit's results_ccf.pkl or results_raw.pkl, a list with an entry for each detection or image",
    );
  const entries = pickled as readonly unknown[];
  if (entries[0] instanceof Map) return entries.map((entry, i) => cocoResult(entry, `detections[${i}]`));

  const { images } = truth;
  const wrong = images.findIndex(({ id }, i) => id !== i);
  if (wrong >= 0)
    throw new DataError(
      `detections: results_raw.pkl numbers images from 0, but the annotations have the id ${images[wrong].id}; pass results_ccf.pkl`,
    );
  if (entries.length !== images.length)
    throw new DataError(
      `detections: ${counted(entries.length, 'image')}, but the annotations have ${images.length}; check that the results belong to this data set`,
    );
  return entries.flatMap((entry, image_id) =>
    rawResult(entry, truth, `detections[${image_id}]`).map((result) => ({ image_id, ...result })),
  );
}

/** A list that is no JSON may hold itself, so only plain numbers and texts go on. */
function cocoResult(entry: unknown, where: string): Record<string, unknown> {
  if (!(entry instanceof Map)) throw new DataError(`${where} must be a dictionary`);
  const scalar = (key: string): unknown => {
    const value = single(entryOf(entry, key));
    if (value === undefined || ['number', 'bigint', 'string'].includes(typeof value)) return value;
    throw new DataError(`${where}: "${key}" must be a number or a text`);
  };
  return {
    image_id: scalar('image_id'),
    category_id: scalar('category_id'),
    bbox: numbersIn(entryOf(entry, 'bbox'), `${where}: "bbox"`),
    score: scalar('score'),
  };
}

/** A number of NumPy may come as an array without dimensions. */
function single(value: unknown): unknown {
  return isNumpyArray(value) && value.shape.length === 0 ? plain(value.values[0]) : plain(value);
}

import assert from 'node:assert/strict';
import { parseGroundTruth } from '../../../evaluation/ground-truth.js';
import { sapDetections } from '../../../evaluation/sap/detections.js';
import { DataError } from '../../../src/core/errors.js';

const TRUTH = parseGroundTruth({
  images: [{ id: 0, file_name: '0.jpg', width: 320, height: 192 }],
  annotations: [],
  categories: [{ id: 0, name: 'car' }],
});

/** A list that holds itself, as pickles may have it. JSON has none. */
const cyclic: unknown[] = [];
cyclic.push(cyclic);

const problem = (pickled: unknown): string => {
  try {
    sapDetections(pickled, TRUTH);
  } catch (error) {
    assert.ok(error instanceof DataError, String(error));
    return error.message;
  }
  return 'none';
};

describe('detections of the sAP toolkit', () => {
  const entry = { image_id: 0, category_id: 0, bbox: [1, 2, 3, 4], score: 0.5 };

  it('have the keys of COCO results, others are left out', () => {
    const entries = [new Map<unknown, unknown>([...Object.entries(entry), ['area', cyclic], [cyclic, 1]])];
    assert.deepEqual(sapDetections(entries, TRUTH), [entry]);
  });

  it('are refused with something else than a number or a text as a value', () => {
    for (const key of ['image_id', 'category_id', 'score'])
      for (const value of [cyclic, new Map(), null, true])
        assert.equal(
          problem([new Map<string, unknown>([...Object.entries(entry), [key, value]])]),
          `detections[0]: "${key}" must be a number or a text`,
        );
    assert.equal(
      problem([new Map<string, unknown>([...Object.entries(entry), ['bbox', [1, 2, 3, cyclic]]])]),
      'detections[0]: "bbox"[3] must be a number',
    );
  });

  it('are refused with an array of objects as boxes', () => {
    const boxes = { kind: 'ndarray', dtype: { letter: 'O', bytes: 0 }, shape: [1, 5], values: [1, 2, 3, 4, cyclic] };
    assert.equal(problem([[boxes, [0]]]), 'detections[0][0] must be an array of numbers with two dimensions');
  });
});

import assert from 'node:assert/strict';
import { DataError } from '../../src/core/errors.js';
import { parseDetections } from '../../evaluation/detections.js';
import { drawScene, readScene } from './scene.js';

const { truth } = readScene(drawScene(1, { sequences: 1, frames: 2 }));
const result = { image_id: 1, category_id: 2, bbox: [1, 2, 3, 4], score: 0.5 };

describe('detections', () => {
  it('are read into columns', () => {
    const { columns, warnings } = parseDetections([result], truth);
    assert.deepEqual(
      [...columns.frame, ...columns.classIndex, ...columns.boxes, ...columns.scores],
      [1, 2, 1, 2, 3, 4, 0.5],
    );
    assert.deepEqual(warnings, []);
  });

  it('may be none', () => assert.equal(parseDetections([], truth).columns.scores.length, 0));

  it('of unknown classes are skipped and counted', () => {
    const { columns, warnings } = parseDetections(
      [{ ...result, category_id: 9 }, result, { ...result, category_id: 9 }],
      truth,
    );
    assert.deepEqual([...columns.classIndex], [2]);
    assert.deepEqual(warnings, [
      'detection skipped: category_id 9 is not in the annotations (2 times, first detections[0])',
    ]);
  });

  const faults: [string, unknown, RegExp][] = [
    ['something else', {}, /^detections: expected an array of results, got \{\}/],
    ['an entry that is no object', [3], /^detections\[0\] must be an object, got 3/],
    [
      'an unknown image',
      [result, { ...result, image_id: 77 }],
      /^detections\[1\]: image_id 77 is not in the annotations; check that the results belong to this data set/,
    ],
    [
      'a score that is not a number',
      [{ ...result, score: null }],
      /^detections\[0\]: "score" must be a number, got null/,
    ],
    ['a NaN in a box', [{ ...result, bbox: [0, 0, NaN, 1] }], /^detections\[0\]: "bbox" must be four finite numbers/],
    ['a negative height', [{ ...result, bbox: [0, 0, 1, -1] }], /0 or more, got \[0,0,1,-1\]/],
  ];
  for (const [what, file, message] of faults) {
    it(`refuse ${what}`, () =>
      assert.throws(
        () => parseDetections(file, truth),
        (error) => error instanceof DataError && message.test(error.message),
      ));
  }
});

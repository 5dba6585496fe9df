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

  it('with odd boxes and scores are kept and counted', () => {
    const { columns, warnings } = parseDetections(
      [
        { ...result, bbox: [0, 0, 1, -1] },
        { ...result, bbox: [0, 0, NaN, 1] },
        { ...result, score: NaN },
      ],
      truth,
    );
    assert.deepEqual([...columns.scores], [0.5, 0.5, -Infinity]);
    assert.deepEqual(warnings, [
      'box of a detection with a negative width or height, scored as it is, as in pycocotools (detections[0], [0,0,1,-1])',
      'box of a detection with a number that is not finite, scored as it is, as in pycocotools (detections[1], [0,0,null,1])',
      'score of a detection that is not finite; NaN ranks last, as in pycocotools (detections[2])',
    ]);
  });

  it('that are masks have the extent and the area of the mask', () => {
    // Columns 1 and 2 of a picture of 4 x 5 pixels, each from row 1 to row 2.
    const segmentation = { size: [4, 5], counts: '5220' };
    const { columns } = parseDetections([{ ...result, bbox: undefined, segmentation }], truth);
    assert.deepEqual([...columns.boxes, ...columns.areas!], [1, 1, 2, 2, 4]);
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
    ['a word in a box', [{ ...result, bbox: [0, 0, 'x', 1] }], /^detections\[0\]: "bbox" must be four numbers/],
    [
      'masks that are polygons',
      [{ ...result, bbox: undefined, segmentation: [[1, 1, 2, 2, 3, 1]] }],
      /^detections\[0\]: "segmentation" must be a compressed mask/,
    ],
  ];
  for (const [what, file, message] of faults) {
    it(`refuse ${what}`, () =>
      assert.throws(
        () => parseDetections(file, truth),
        (error) => error instanceof DataError && message.test(error.message),
      ));
  }
});

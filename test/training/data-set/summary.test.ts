import assert from 'node:assert/strict';
import type { DataSet } from '../../../training/data-set/data-set.js';
import { factsOf, summarize, tooSmallAt } from '../../../training/data-set/summary.js';

const DATA: DataSet = {
  classNames: ['car', 'bus'],
  pictures: [
    {
      path: 'here/a.jpg',
      size: { width: 400, height: 200 },
      labels: { classIds: Int32Array.of(1, 1, 0), corners: Float32Array.of(0, 0, 90, 90, 10, 10, 50, 11, 0, 5, 8, 12) },
    },
    {
      path: 'here/b.jpg',
      size: { width: 400, height: 200 },
      labels: { classIds: Int32Array.of(), corners: Float32Array.of() },
    },
  ],
  warnings: [],
};

describe('summarize', () => {
  it('counts pictures, boxes, and the boxes of each class, the most frequent first', () =>
    assert.equal(summarize(DATA), '2 pictures (1 without an object), 3 boxes of 2 classes: bus 2, car 1'));
});

describe('factsOf', () => {
  it('is the same for a moved data set, and another for a moved box, a renamed class and a missing picture', () => {
    const { sha256, ...counts } = factsOf(DATA);
    assert.deepEqual(counts, { pictures: 2, boxes: 3 });
    const [first, second] = DATA.pictures;
    const hash = (over: Partial<DataSet>): string => factsOf({ ...DATA, ...over }).sha256;
    assert.equal(hash({ pictures: [{ ...first, path: 'there/a.jpg' }, second] }), sha256);
    const labels = { ...first.labels, corners: first.labels.corners.with(3, 91) };
    assert.notEqual(hash({ pictures: [{ ...first, labels }, second] }), sha256);
    assert.notEqual(hash({ classNames: ['bus', 'car'] }), sha256);
    assert.notEqual(hash({ pictures: [first] }), sha256);
  });
});

describe('tooSmallAt', () => {
  it('counts the boxes that are smaller than a pixel in the input', () => {
    assert.deepEqual(tooSmallAt(DATA, { width: 400, height: 400 }, 'f.json'), []);
    assert.deepEqual(tooSmallAt(DATA, { width: 200, height: 200 }, 'f.json'), [
      'f.json: 1 of 3 boxes would be smaller than a pixel at an input of 200x200 (first 40.0x1.0 in here/a.jpg); they teach nothing there, so a larger input may learn more',
    ]);
  });

  it('refuses an input in which every box is', () =>
    assert.throws(() => tooSmallAt(DATA, { width: 4, height: 4 }, 'f.json'), {
      name: 'DataError',
      message: /3 of 3 boxes.*nothing to learn\. Choose a larger input/,
    }));
});

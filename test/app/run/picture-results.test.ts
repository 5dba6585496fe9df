import assert from 'node:assert/strict';
import { pictureResultText, PictureResults } from '../../../src/app/run/picture-results.js';
import type { Detection } from '../../../src/core/detection.js';
import { dropEventOf, perceptOf } from '../../streaming/events.js';

const detection = (className: string, score: number): Detection => ({
  box: { x1: 0, y1: 0, x2: 1, y2: 1 },
  score,
  classId: 0,
  className,
});

describe('the results of pictures', () => {
  it('are kept for percepts on files', () => {
    const results = new PictureResults();
    const detections = [detection('dog', 0.8)];
    results.seen(perceptOf(0, { file: 'dog.jpg', detections }));
    results.seen(perceptOf(1));
    results.seen(dropEventOf(2));
    assert.deepEqual(results.all, [{ file: 'dog.jpg', detections }]);
  });

  it('are left out for more than ten pictures', () => {
    const results = new PictureResults();
    for (let i = 0; i < 10; i++) results.seen(perceptOf(i, { file: `${i}.jpg` }));
    assert.equal(results.all.length, 10);
    for (let i = 10; i < 12; i++) results.seen(perceptOf(i, { file: `${i}.jpg` }));
    assert.deepEqual(results.all, []);
  });

  it('count the objects of each class, with the best score', () => {
    const detections = [detection('car', 0.9), detection('dog', 0.824), detection('car', 0.5)];
    assert.equal(pictureResultText({ file: 'dog.jpg', detections }), 'dog.jpg: 2 car 0.90, 1 dog 0.82');
    assert.equal(pictureResultText({ file: 'a.jpg', detections: [] }), 'a.jpg: no detection');
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluatePairing, everyImageWithItself } from '../../evaluation/coco-ap.js';
import { classScores } from '../../evaluation/class-scores.js';
import { classesShown, confusionMatrix } from '../../evaluation/confusion.js';
import { parseDetections } from '../../evaluation/detections.js';
import { parseBoxes } from '../../evaluation/ground-truth.js';
import { prepareDetections } from '../../evaluation/score.js';
import { drawScene, readScene } from './scene.js';

type Box = readonly [cls: number, left: number, score?: number];

/** Boxes of 10x10 pixels in one image; the classes are cat (1) and dog (2). */
function matrixOf(
  objects: readonly (readonly [cls: number, left: number, crowd?: number])[],
  found: readonly Box[],
  thresholds = { iou: 0.5, score: 0.3 },
): number[][] {
  const truth = parseBoxes({
    images: [{ id: 1 }],
    categories: [
      { id: 1, name: 'cat' },
      { id: 2, name: 'dog' },
    ],
    annotations: objects.map(([category_id, left, iscrowd = 0], i) => ({
      id: i + 1,
      image_id: 1,
      category_id,
      bbox: [left, 0, 10, 10],
      area: 100,
      iscrowd,
    })),
  });
  const { columns } = parseDetections(
    found.map(([category_id, left, score = 0.9]) => ({ image_id: 1, category_id, bbox: [left, 0, 10, 10], score })),
    truth,
  );
  const { scored } = evaluatePairing(prepareDetections(truth, columns, 1).matcher, everyImageWithItself(1));
  return confusionMatrix(scored, thresholds);
}

describe('confusion matrix', () => {
  it('counts what was right, confused, missed and found in nothing', () => {
    const objects = [
      [1, 0],
      [1, 100],
      [2, 200],
      [2, 300],
    ] as const;
    const found = [
      [1, 1],
      [2, 101],
      [2, 200],
      [1, 500],
    ] as const;
    assert.deepEqual(matrixOf(objects, found), [
      [1, 1, 0],
      [0, 1, 1],
      [1, 0, 0],
    ]);
  });

  it('lets an object be taken once, by the best score', () => {
    const found = [
      [2, 0, 0.6],
      [1, 2, 0.8],
    ] as const;
    assert.deepEqual(matrixOf([[1, 0]], found), [
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 0],
    ]);
  });

  it('keeps to its thresholds', () => {
    // 10x10 boxes that are 5 px apart overlap by a third.
    assert.equal(matrixOf([[1, 0]], [[1, 5]], { iou: 0.33, score: 0.3 })[0][0], 1);
    assert.equal(matrixOf([[1, 0]], [[1, 5]], { iou: 0.34, score: 0.3 })[0][0], 0);
    assert.equal(matrixOf([[1, 0]], [[1, 0, 0.3]], { iou: 0.5, score: 0.3 })[0][0], 1);
    assert.equal(matrixOf([[1, 0]], [[1, 0, 0.29]], { iou: 0.5, score: 0.3 })[0][2], 1);
  });

  it('counts neither a crowd nor the detections of its class in it', () => {
    const found = [
      [1, 1],
      [1, 2],
      [2, 1],
    ] as const;
    assert.deepEqual(matrixOf([[1, 0, 1]], found), [
      [0, 0, 0],
      [0, 0, 0],
      [0, 1, 0],
    ]);
  });

  it('accounts for every object and every likely detection of any scene', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (seed, score) => {
        const { truth, parsed, detections } = readScene(drawScene(seed, { sequences: 1, frames: 10 }));
        const evaluation = evaluatePairing(detections.matcher, everyImageWithItself(truth.images.length));
        const counts = confusionMatrix(evaluation.scored, { iou: 0.5, score });
        classScores(evaluation).forEach(({ objects }, k) => {
          assert.equal(
            counts[k].reduce((a, b) => a + b),
            objects,
          );
        });
        const found = counts.flatMap((row) => row.slice(0, -1)).reduce((a, b) => a + b);
        assert.equal(found, parsed.columns.scores.filter((one) => one >= score).length);
      }),
      { numRuns: 50 },
    );
  });

  it('shows the classes with most objects, in order, if there are too many', () => {
    const counts = [
      [1, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 5, 0],
      [0, 0, 0, 0],
    ];
    assert.deepEqual(classesShown(counts, 5), { shown: [0, 2, 3], left: 0 });
    assert.deepEqual(classesShown(counts, 1), { shown: [2, 3], left: 1 });
  });
});

describe('scores of classes', () => {
  it('equal those of a file with one class alone', () => {
    const { truth, detections } = readScene(drawScene(4));
    const scores = classScores(evaluatePairing(detections.matcher, everyImageWithItself(truth.images.length)));
    truth.classes.forEach((cls, k) => {
      const { annotations, results } = drawScene(4);
      const alone = readScene({
        annotations: {
          ...annotations,
          categories: annotations.categories.filter(({ id }) => id === cls.id),
          annotations: annotations.annotations.filter(({ category_id }) => category_id === cls.id),
        },
        results: results.filter(({ category_id }) => category_id === cls.id),
      });
      const images = everyImageWithItself(truth.images.length);
      const { stats, scored } = evaluatePairing(alone.detections.matcher, images);
      const { AP, AP50, AP75, AR100: AR } = stats;
      assert.deepEqual(scores[k], {
        objects: scored.matcher.objects.area.length,
        detections: scored.matcher.detections.scores.length,
        AP,
        AP50,
        AP75,
        AR,
      });
    });
  });
});

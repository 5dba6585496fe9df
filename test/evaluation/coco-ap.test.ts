import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  apResampler,
  averagePrecision,
  evaluateBoxes,
  evaluatePairing,
  everyImageWithItself,
  IOU_THRESHOLDS,
  RECALL_THRESHOLDS,
} from '../../evaluation/coco-ap.js';
import { parseDetections } from '../../evaluation/detections.js';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { drawScene, matcherOf, perfectResults, readScene, shuffled, type Annotation, type Result } from './scene.js';

type Small = {
  readonly objects?: Partial<Annotation>[];
  readonly results?: Partial<Result>[];
  readonly images?: number;
};

/** Scores a few boxes of one class on one image unless said otherwise. */
function score({ objects = [], results = [], images = 1 }: Small) {
  const truth = parseGroundTruth({
    categories: [{ id: 1, name: 'car' }],
    images: Array.from({ length: images }, (_, id) => ({ id })),
    annotations: objects.map((object, i) => ({
      id: i + 1,
      image_id: 0,
      category_id: 1,
      bbox: [0, 0, 100, 100],
      iscrowd: 0,
      ...object,
    })),
  });
  const { columns } = parseDetections(
    results.map((result) => ({ image_id: 0, category_id: 1, bbox: [0, 0, 100, 100], score: 0.9, ...result })),
    truth,
  );
  return evaluateBoxes(truth.objects, columns, images, 1);
}

describe('COCO AP', () => {
  it('uses the thresholds of numpy to the last bit', () => {
    assert.deepEqual(IOU_THRESHOLDS, [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95]);
    assert.equal(RECALL_THRESHOLDS.length, 101);
    assert.equal(RECALL_THRESHOLDS[7], 0.07);
    assert.equal(RECALL_THRESHOLDS[57], 0.5700000000000001);
    assert.equal(RECALL_THRESHOLDS[100], 1);
  });

  it('is 1 if every object is found exactly', () => {
    const { annotations } = drawScene(1);
    const truth = parseGroundTruth(annotations);
    const { columns } = parseDetections(perfectResults(annotations), truth);
    const { stats, apPerClass } = evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
    assertClose(stats.AP, 1);
    assertClose(stats.AR100, 1);
    apPerClass.forEach((ap) => assertClose(ap, 1));
  });

  it('is 0 without detections and undefined without annotations', () => {
    assert.equal(score({ objects: [{}] }).stats.AP, 0);
    const { stats, apPerClass, accumulated } = score({ results: [{}] });
    assert.deepEqual(new Set(Object.values(stats)), new Set([null]));
    assert.deepEqual(apPerClass, [null]);
    assert.ok(accumulated.precision.every((value) => value === -1));
  });

  it('counts the second detection of an object as wrong', () => {
    const { stats } = score({
      objects: [{}, { bbox: [500, 500, 100, 100] }],
      results: [{ score: 0.9 }, { score: 0.8 }, { bbox: [500, 500, 100, 100], score: 0.7 }],
    });
    // One of one is right up to recall 0.5, two of three beyond.
    assertClose(stats.AP, (51 + (50 * 2) / 3) / 101);
  });

  it('ignores every detection inside a crowd', () => {
    const crowd = { bbox: [200, 0, 1000, 1000], iscrowd: 1 };
    const inCrowd = { bbox: [300, 300, 50, 50], score: 0.95 };
    assertClose(score({ objects: [{}, crowd], results: [inCrowd, { ...inCrowd, score: 0.94 }, {}] }).stats.AP, 1);
    assert.ok(score({ objects: [{}], results: [inCrowd, {}] }).stats.AP! < 1);
  });

  it('takes the size of an object from its annotated area, both ends of a range included', () => {
    const { stats } = score({ objects: [{ area: 32 ** 2 }], results: [{}] });
    assertClose(stats.APs, 1);
    assertClose(stats.APm, 1);
    assert.equal(stats.APl, null);
  });

  it('ignores "ignore" and obeys "iscrowd", as pycocotools does', () => {
    const objects = [{ ignore: 1 } as Partial<Annotation>];
    assertClose(score({ objects, results: [{}] }).stats.AP, 1);
  });

  it('has a precision of at most 1 - 2^-52 for a single object, as pycocotools does', () => {
    const { accumulated } = score({ objects: [{}], results: [{}] });
    assert.equal(Math.max(...accumulated.precision), 1 - 2 ** -52);
  });

  it('counts the finder of annotation 0 as wrong, as pycocotools does', () => {
    assert.equal(score({ objects: [{ id: 0 }], results: [{}] }).stats.AP, 0);
  });

  it('lets the first of two equal scores go first', () => {
    const right = { score: 0.5 };
    const wrong = { bbox: [500, 500, 10, 10], score: 0.5 };
    assertClose(score({ objects: [{}], results: [right, wrong] }).stats.AP, 1);
    assertClose(score({ objects: [{}], results: [wrong, right] }).stats.AP, 0.5);
  });

  it('counts the hundred best detections of an image and no more', () => {
    const wrong = Array.from({ length: 100 }, (_, i) => ({ bbox: [500 + i, 500, 10, 10], score: 0.9 }));
    assert.equal(score({ objects: [{}], results: [...wrong, { score: 0.1 }] }).stats.AR100, 0);
    assert.equal(score({ objects: [{}], results: [...wrong.slice(1), { score: 0.1 }] }).stats.AR100, 1);
    assert.equal(score({ objects: [{}], results: [...wrong.slice(91), { score: 0.1 }] }).stats.AR10, 1);
    assert.equal(score({ objects: [{}], results: [...wrong.slice(91), { score: 0.1 }] }).stats.AR1, 0);
  });

  it('is the same for any order of detections with different scores and of images', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (seed, order) => {
        const { annotations, results } = drawScene(seed, { frames: 6, objects: 4 });
        const expected = evaluate(annotations, results);
        assert.deepEqual(evaluate(annotations, shuffled(results, order)), expected);
        assert.deepEqual(evaluate({ ...annotations, images: shuffled(annotations.images, order) }, results), expected);
      }),
      { numRuns: 30 },
    );
  });

  it('never falls if a detection that touches no object is removed', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (seed, nth) => {
        const { annotations, results } = drawScene(seed, { sequences: 1, frames: 4, objects: 3 });
        fc.pre(results.length > 0);
        const at = nth % results.length;
        const { image_id, category_id, bbox } = results[at];
        const touches = annotations.annotations.some(
          (object) =>
            object.image_id === image_id &&
            object.category_id === category_id &&
            Math.abs(object.bbox[0] - bbox[0]) < bbox[2] &&
            Math.abs(object.bbox[1] - bbox[1]) < bbox[3],
        );
        fc.pre(!touches);
        const fewer = results.filter((_, i) => i !== at);
        assert.ok(evaluate(annotations, fewer).stats.AP! >= evaluate(annotations, results).stats.AP! - 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same AP when computed alone', () => {
    const { truth, parsed } = readScene(drawScene(3));
    const from = matcherOf(truth, parsed);
    const pairing = everyImageWithItself(truth.images.length);
    assertClose(averagePrecision(from, pairing), evaluatePairing(from, pairing).stats.AP!);
  });

  it('scores a resample like the data set that it represents', () => {
    const scene = drawScene(5, { sequences: 3, frames: 8 });
    const { truth, parsed } = readScene(scene);
    const from = matcherOf(truth, parsed);
    const groupOf = Int32Array.from(scene.annotations.images, ({ sid }) => sid);
    const resampled = apResampler(from, everyImageWithItself(truth.images.length), groupOf, 3);
    const drawn = (weights: number[]): number | null => {
      const image = Int32Array.from(
        weights.flatMap((weight, sid) =>
          Array.from({ length: weight }, () => [...groupOf.keys()].filter((i) => groupOf[i] === sid)).flat(),
        ),
      );
      return averagePrecision(from, { image, frame: image });
    };
    for (const weights of [
      [1, 1, 1],
      [2, 0, 1],
      [0, 0, 3],
      [1, 2, 0],
    ]) {
      assertClose(resampled(weights), drawn(weights)!);
    }
    assert.equal(resampled([0, 0, 0]), null);
  });
});

function evaluate(annotations: unknown, results: unknown) {
  const truth = parseGroundTruth(annotations);
  const { columns } = parseDetections(results, truth);
  const { stats, apPerClass } = evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
  return { stats, apPerClass };
}

/** The reference adds 2^-52 to every denominator, so that even a perfect precision is a little below 1. */
function assertClose(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12, `${actual} should be ${expected}`);
}

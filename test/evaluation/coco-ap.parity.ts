import assert from 'node:assert/strict';
import { join } from 'node:path';
import { COCO_STATS, evaluateBoxes } from '../../evaluation/coco-ap.js';
import { parseDetections } from '../../evaluation/detections.js';
import { parseGroundTruth } from '../../evaluation/ground-truth.js';
import { parityCases, readJson } from '../helpers/shared.js';

type Expected = {
  readonly stats: readonly number[];
  readonly per_category_ap: Readonly<Record<string, number | null>>;
  readonly precision_sum: number;
  readonly precision_n: number;
  readonly recall_sum: number;
  readonly scores_sum: number;
};

const TOLERANCE = 1e-9;

describe('COCO AP equals pycocotools', () => {
  const cases = parityCases('coco-');
  if (cases.length === 0) it('coco-* (pending: needs the parity folder)');
  for (const { name, path } of cases) {
    it(name, () => {
      const expected = readJson<Expected>(join(path, 'expected.json'));
      const truth = parseGroundTruth(readJson(join(path, 'annotations.json')));
      const { columns } = parseDetections(readJson(join(path, 'detections.json')), truth);
      const { stats, apPerClass, accumulated } = evaluateBoxes(
        truth.objects,
        columns,
        truth.images.length,
        truth.classes.length,
      );

      COCO_STATS.forEach((stat, i) => close(stats[stat] ?? -1, expected.stats[i], stat));
      truth.classes.forEach(({ id }, k) =>
        close(apPerClass[k] ?? -1, expected.per_category_ap[String(id)] ?? -1, `AP of class ${id}`),
      );

      const precision = accumulated.precision.filter((p) => p !== -1);
      assert.equal(precision.length, expected.precision_n);
      close(sum(precision), expected.precision_sum, 'precision');
      close(sum(accumulated.recall.filter((r) => r !== -1)), expected.recall_sum, 'recall');
      close(sum(accumulated.scores), expected.scores_sum, 'scores');
    });
  }
});

function close(actual: number, expected: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  assert.ok(error <= TOLERANCE, `${what}: ${actual} should be ${expected}`);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { clearMot } from '../../../evaluation/tracking/clear-mot.js';
import { identity } from '../../../evaluation/tracking/identity.js';
import { randomSequence } from './random-sequence.js';

const TOLERANCE = 1e-12;

/**
 * Answers of py-motmetrics 1.4.0 for `randomSequence` of the seeds 0, 1, 2…, with distance 1 - IoU within a class and
 * none below an IoU of 0.5: num_objects, num_misses, num_false_positives, num_switches, num_fragmentations, mota, idtp,
 * idf1.
 */
const answers = JSON.parse(readFileSync('test/fixtures/tracking/py-motmetrics.json', 'utf8')) as number[][];

describe('tracking metrics', () => {
  it(`equal those of py-motmetrics on ${answers.length} random sequences`, () => {
    assert.ok(answers.length >= 100);
    answers.forEach((expected, seed) => {
      const frames = randomSequence(seed);
      const { objects, misses, falsePositives, switches, fragments, mota } = clearMot(frames);
      const { matches, idf1 } = identity(frames);
      const ours = [objects, misses, falsePositives, switches, fragments, mota, matches, idf1];
      ours.forEach((value, i) =>
        assert.ok(
          Math.abs(value! - expected[i]) <= TOLERANCE,
          `seed ${seed}: ${ours.join()} against ${expected.join()}`,
        ),
      );
    });
  });
});

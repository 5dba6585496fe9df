import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DetrForm } from '../../../../src/model/families/detr/decode.js';
import { judge } from '../../../../src/model/families/detr/judge.js';
import { randomSource } from '../../../helpers/random.js';

const QUERIES = 100;
const CLASSES = 5;
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

type Made = {
  /** Centre and size of each query in fractions. */
  readonly boxes: Float32Array;
  readonly logits: Float32Array;
};

/** The queries of a made-up network. Untrained ones lie near the middle, with half the picture's size. */
function madeUp(seed: number, spread: number): Made {
  const { gaussian } = randomSource(seed);
  return {
    boxes: Float32Array.from({ length: 4 * QUERIES }, (_, i) =>
      sigmoid(spread * gaussian() - (i % 4 < 2 ? 0 : spread)),
    ),
    logits: Float32Array.from({ length: QUERIES * CLASSES }, () => spread * gaussian() - 4),
  };
}

function corners(boxes: Float32Array): Float32Array {
  return boxes.map((_, i) => {
    const row = boxes.subarray(i - (i % 4), i - (i % 4) + 4);
    return row[i % 2] + (i % 4 < 2 ? -1 : 1) * (row[2 + (i % 2)] / 2);
  });
}

/** Fractions in pixels. */
const inPixels = (boxes: Float32Array, side: number): Float32Array => boxes.map((value) => value * side);

describe('the judgement of queries', () => {
  const judged = (claimed: DetrForm, outputs: readonly Float32Array[], side = 640): string => {
    const judgement = judge(claimed, outputs, { input: { width: side, height: side }, classCount: CLASSES });
    return 'form' in judgement ? judgement.form : `refused: ${judgement.refusal}`;
  };
  const heads = (boxes: Float32Array, made: Made): Float32Array[] => [
    new Float32Array(QUERIES),
    boxes,
    made.logits.slice(0, QUERIES).map(sigmoid),
  ];

  it('never changes or refuses a network of the form that its outputs show', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (seed, spread, n) => {
          const made = madeUp(seed, spread);
          assert.equal(judged('logits', [made.boxes, made.logits], 32 * n), 'logits');
          assert.equal(judged('boxes', heads(inPixels(corners(made.boxes), 32 * n), made), 32 * n), 'boxes');
        },
      ),
      { numRuns: 200 },
    );
  });

  const made = madeUp(3, 1.5);
  for (const [claimed, outputs, form] of [
    ['boxes', heads(corners(made.boxes), made), 'boxes as corner fractions'],
    ['boxes', heads(inPixels(made.boxes, 640), made), 'boxes as decoded'],
    ['boxes', heads(made.boxes, made), 'boxes as decoded fractions'],
    ['logits', [inPixels(made.boxes, 640), made.logits], 'logits as decoded'],
    ['logits', [corners(made.boxes), made.logits], 'logits as corner fractions'],
    ['logits', [inPixels(corners(made.boxes), 640), made.logits], 'logits as corners'],
    ['logits', [made.boxes, made.logits.map(sigmoid)], 'probabilities'],
  ] as const) {
    it(`recognises "${form}" behind the outputs of "${claimed}"`, () => assert.equal(judged(claimed, outputs), form));
  }

  it('refuses logits as scores, and states their range', () => {
    assert.match(
      judged('boxes', [new Float32Array(QUERIES), inPixels(corners(made.boxes), 640), made.logits.slice(0, QUERIES)]),
      /^refused: scores are no probabilities, they go from -\d/,
    );
  });

  it('leaves the claimed coding to a few boxes', () =>
    assert.equal(
      judged('boxes', [new Float32Array(1), Float32Array.of(0.1, 0.1, 0.2, 0.2), Float32Array.of(0.5)]),
      'boxes',
    ));
});

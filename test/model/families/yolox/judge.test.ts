import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BOX_CODINGS } from '../../../../src/model/families/box-coding.js';
import type { YoloxForm } from '../../../../src/model/families/yolox/decode.js';
import { judge } from '../../../../src/model/families/yolox/judge.js';
import { finished, madeUpRows, withLogits } from './made-up-rows.js';

const INPUT = { width: 128, height: 96 };
const CLASSES = 3;
const TRAINED = { offset: 0.5, log: 0.8, logit: 2 };
const FACTS = { input: INPUT, classCount: CLASSES };

const rows = (): Float32Array => madeUpRows(INPUT, CLASSES, 7, TRAINED);
const formOf = (claimed: YoloxForm, outputs: readonly Float32Array[]): string => {
  const judgement = judge(claimed, outputs, FACTS);
  return 'form' in judgement ? judgement.form : `refused: ${judgement.refusal}`;
};

describe('the judgement of rows', () => {
  it('never changes or refuses a network of the form that its operators show', () => {
    const sizes = fc.record({
      width: fc.integer({ min: 1, max: 13 }).map((n) => 32 * n),
      height: fc.integer({ min: 1, max: 13 }).map((n) => 32 * n),
    });
    const spreads = fc.record({
      offset: fc.double({ min: 0, max: 3, noNaN: true }),
      log: fc.double({ min: 0, max: 2, noNaN: true }),
      logit: fc.double({ min: 0.1, max: 8, noNaN: true }),
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 12 }), fc.nat(), spreads, (input, classCount, seed, spread) => {
        const made = madeUpRows(input, classCount, seed, spread);
        const facts = { input, classCount };
        const probabilities: [YoloxForm, Float32Array][] = [
          ['undecoded probabilities', made],
          ['decoded probabilities', finished(made, input, classCount, 'decoded')],
        ];
        for (const [form, outputs] of probabilities) {
          assert.deepEqual(judge(form, [outputs], facts), { form });
          const logits = form.replace('probabilities', 'logits') as YoloxForm;
          assert.deepEqual(judge(logits, [withLogits(outputs, classCount)], facts), { form: logits });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('accepts an untrained network, whose numbers are all 0 on black', () => {
    for (const form of ['undecoded probabilities', 'undecoded logits', 'decoded logits'] as const)
      assert.equal(formOf(form, [new Float32Array(rows().length)]), form);
  });

  for (const coding of BOX_CODINGS) {
    it(`recognises finished boxes as "${coding}" by their places, though the operators show no decoding`, () => {
      const judgement = judge('undecoded probabilities', [finished(rows(), INPUT, CLASSES, coding)], FACTS);
      assert.ok('form' in judgement, JSON.stringify(judgement));
      assert.equal(judgement.form, `${coding} probabilities`);
      assert.match(judgement.warning!, /^boxes are taken as (centres and sizes|corners) in .*--preprocess$/);
    });

    it(`recognises "${coding}" of a graph that decodes`, () =>
      assert.equal(
        formOf('decoded probabilities', [finished(rows(), INPUT, CLASSES, coding)]),
        `${coding} probabilities`,
      ));
  }

  it('recognises a single finished box, where only one coding can be meant', () => {
    const table = new Float32Array(rows().length);
    table.set([20, 20, 10, 12, 1, 0.9]);
    assert.equal(formOf('undecoded probabilities', [table]), 'decoded probabilities');
  });

  it('refuses a single finished box that could be two things', () => {
    const table = new Float32Array(rows().length);
    table.set([15, 14, 25, 26, 1, 0.9]);
    assert.match(
      formOf('undecoded probabilities', [table]),
      /^refused: boxes are not undecoded as YOLOX's are, because their sizes would be up to e\^26 cells, and are no other kind for certain; export/,
    );
  });

  it('refuses y before x, and says so', () => {
    const swapped = finished(rows(), INPUT, CLASSES, 'decoded');
    for (let at = 0; at < swapped.length; at += 5 + CLASSES)
      swapped.set([swapped[at + 1], swapped[at], swapped[at + 3], swapped[at + 2]], at);
    assert.match(formOf('decoded probabilities', [swapped]), /^refused: boxes are given as y and x/);
  });

  for (const [what, factor] of [
    ['another input size', 2],
    ['strides twice as small', 0.5],
    ['another aspect', 0.78],
  ] as const) {
    it(`refuses boxes decoded for ${what}, and states their unit`, () => {
      const other = finished(rows(), INPUT, CLASSES, 'decoded').map((value, i) =>
        i % (5 + CLASSES) < 4 ? value * factor : value,
      );
      assert.match(
        formOf('decoded probabilities', [other]),
        /^refused: box positions grow .* of an unknown unit, [\d.]+ pixels/,
      );
    });
  }

  it('refuses negative sizes of a graph that decodes', () => {
    const negative = finished(rows(), INPUT, CLASSES, 'decoded').map((value, i) =>
      [2, 3].includes(i % (5 + CLASSES)) ? -value : value,
    );
    assert.match(formOf('decoded probabilities', [negative]), /^refused: .*sizes are negative/);
  });

  it('recognises logits where the operators show a sigmoid, and probabilities where they show none', () => {
    assert.equal(formOf('undecoded probabilities', [withLogits(rows(), CLASSES)]), 'undecoded logits');
    const spread = madeUpRows(INPUT, CLASSES, 7, { ...TRAINED, logit: 4 });
    assert.equal(formOf('undecoded logits', [spread]), 'undecoded probabilities');
  });

  it('refuses percentages, and one sigmoid of two', () => {
    const spread = madeUpRows(INPUT, CLASSES, 7, { ...TRAINED, logit: 4 });
    const percentages = spread.map((value, i) => (i % (5 + CLASSES) < 4 ? value : 100 * value));
    assert.match(
      formOf('undecoded probabilities', [percentages]),
      /^refused: scores are no probabilities: its objectness/,
    );
    const logits = withLogits(spread, CLASSES);
    const mixed = spread.map((value, i) => (i % (5 + CLASSES) === 4 ? logits[i] : value));
    assert.match(
      formOf('undecoded probabilities', [mixed]),
      /^refused: rows hold probabilities and logits side by side/,
    );
  });

  it('refuses scores that passed through the sigmoid twice', () => {
    const twice = rows().map((value, i) => (i % (5 + CLASSES) < 4 ? value : 1 / (1 + Math.exp(-value))));
    assert.match(
      formOf('undecoded probabilities', [twice]),
      /^refused: scores pass through the sigmoid twice: its objectness goes from 0\.5 to .*; export them with one sigmoid/,
    );
  });

  it('refuses finished boxes with 80 scores behind them, which YOLOv8 gives without objectness', () => {
    const without = finished(madeUpRows(INPUT, 79, 7, TRAINED), INPUT, 79, 'decoded');
    const judgement = judge('undecoded probabilities', [without], { input: INPUT, classCount: 79 });
    assert.match('refusal' in judgement ? judgement.refusal : '', /^rows hold 84 numbers, .* without objectness/);
  });

  it('doubts a network that sees an object at each place of a black picture', () => {
    const everywhere = madeUpRows(INPUT, CLASSES, 7, { ...TRAINED, logit: 0.2 }).map((value, i) =>
      i % (5 + CLASSES) < 4 ? value : 0.9 + 0.1 * value,
    );
    const judgement = judge('undecoded probabilities', [everywhere], FACTS);
    assert.deepEqual(judgement, {
      form: 'undecoded probabilities',
      warning:
        'scores report an object at 252 of 252 places of a test picture, so they are probably something else, or it is not trained',
    });
  });

  it('is not misled by NaN in some rows', () => {
    const holes = rows();
    holes.fill(NaN, 0, 5 + CLASSES);
    assert.equal(formOf('undecoded probabilities', [holes]), 'undecoded probabilities');
  });
});

describe('the judgement of heads', () => {
  const levels = (log: number): Float32Array[] =>
    [192, 48, 12].map((cells) => {
      const map = new Float32Array((5 + CLASSES) * cells);
      map.fill(log, 2 * cells, 4 * cells);
      map.fill(0.01, 4 * cells);
      return map;
    });

  it('accepts logarithms and refuses pixels', () => {
    assert.equal(formOf('three heads probabilities', levels(1)), 'three heads probabilities');
    assert.match(formOf('three heads probabilities', levels(40)), /^refused: .*sizes would be up to e\^40 cells/);
  });

  it('looks at box, objectness and classes of nine heads', () => {
    const split = levels(1).flatMap((map) => {
      const cells = map.length / (5 + CLASSES);
      return [map.slice(5 * cells), map.slice(0, 4 * cells), map.slice(4 * cells, 5 * cells)];
    });
    assert.equal(formOf('nine heads probabilities', split), 'nine heads probabilities');
    split[0].fill(-3);
    split[2].fill(-4);
    assert.equal(formOf('nine heads probabilities', split), 'nine heads logits');
  });
});

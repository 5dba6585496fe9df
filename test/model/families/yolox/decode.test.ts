import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Box } from '../../../../src/core/box.js';
import { letterbox } from '../../../../src/core/fit.js';
import { createDecoder, type YoloxForm } from '../../../../src/model/families/yolox/decode.js';
import type { DecodeOptions } from '../../../../src/model/family.js';
import { anchorCount, STRIDES } from '../../../../src/model/families/yolox/grid.js';

const INPUT = { width: 96, height: 64 };
const NAMES = ['person', 'car', 'dog'];
const OPTIONS: DecodeOptions = {
  input: INPUT,
  classNames: NAMES,
  confThreshold: 0.25,
  nmsThreshold: 0.45,
  nms: 'per-class',
};
const FORM: YoloxForm = 'undecoded probabilities';
const SAME_SIZE = letterbox(INPUT, INPUT);

type Cell = { readonly level: 0 | 1 | 2; readonly column: number; readonly row: number };

function emptyRaw(): Float32Array {
  return new Float32Array(anchorCount(INPUT) * (5 + NAMES.length));
}

/** Writes the network's output for a box in input pixels that one cell predicts. */
function put(
  raw: Float32Array,
  { level, column, row }: Cell,
  box: Box,
  objectness: number,
  classes: readonly number[],
): void {
  const stride = STRIDES[level];
  const before = STRIDES.slice(0, level).reduce((sum, s) => sum + (INPUT.width / s) * (INPUT.height / s), 0);
  const at = (before + row * (INPUT.width / stride) + column) * (5 + NAMES.length);
  raw.set(
    [
      (box.x1 + box.x2) / 2 / stride - column,
      (box.y1 + box.y2) / 2 / stride - row,
      Math.log((box.x2 - box.x1) / stride),
      Math.log((box.y2 - box.y1) / stride),
      objectness,
      ...classes,
    ],
    at,
  );
}

describe('the decoder of YOLOX', () => {
  it('finds nothing in an empty output', () => {
    assert.deepEqual(createDecoder(FORM, OPTIONS)([emptyRaw()], SAME_SIZE), []);
  });

  it('gives a box back from every cell of every level', () => {
    const cells = fc.integer({ min: 0, max: 2 }).chain((level) =>
      fc.record({
        level: fc.constant(level as Cell['level']),
        column: fc.integer({ min: 0, max: INPUT.width / STRIDES[level] - 1 }),
        row: fc.integer({ min: 0, max: INPUT.height / STRIDES[level] - 1 }),
      }),
    );
    const pixel = fc.integer({ min: -20, max: 100 });
    const size = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(
        cells,
        pixel,
        pixel,
        size,
        size,
        fc.integer({ min: 0, max: 2 }),
        (cell, x1, y1, width, height, classId) => {
          const box = { x1, y1, x2: x1 + width, y2: y1 + height };
          const raw = emptyRaw();
          put(
            raw,
            cell,
            box,
            0.5,
            NAMES.map((_, id) => (id === classId ? 1 : 0.25)),
          );
          const found = createDecoder(FORM, OPTIONS)([raw], SAME_SIZE);
          assert.equal(found.length, 1);
          assert.deepEqual([found[0].score, found[0].classId, found[0].className], [0.5, classId, NAMES[classId]]);
          for (const key of ['x1', 'y1', 'x2', 'y2'] as const)
            assert.ok(Math.abs(found[0].box[key] - box[key]) <= 0.001);
        },
      ),
    );
  });

  it('answers in pixels of the source', () => {
    const raw = emptyRaw();
    put(raw, { level: 0, column: 3, row: 2 }, { x1: 16, y1: 8, x2: 32, y2: 24 }, 1, [1, 0, 0]);
    // 192x96 fits into 96x64 at one half.
    const [{ box }] = createDecoder(FORM, OPTIONS)([raw], letterbox({ width: 192, height: 96 }, INPUT));
    assert.deepEqual(box, { x1: 32, y1: 16, x2: 64, y2: 48 });
  });

  it('rounds coordinates to 1/1000 px and scores to 1e-6, without a negative zero', () => {
    const raw = emptyRaw();
    put(raw, { level: 0, column: 0, row: 0 }, { x1: -0.0002, y1: 1.23456, x2: 10.98765, y2: 9 }, 0.7654321, [1, 0, 0]);
    const [{ box, score }] = createDecoder(FORM, OPTIONS)([raw], SAME_SIZE);
    assert.deepEqual(box, { x1: 0, y1: 1.235, x2: 10.988, y2: 9 });
    assert.equal(score, 0.765432);
  });

  it('keeps a score that equals the threshold', () => {
    const raw = emptyRaw();
    put(raw, { level: 1, column: 0, row: 0 }, { x1: 0, y1: 0, x2: 10, y2: 10 }, 0.5, [0.6, 0, 0]);
    const score = Math.fround(0.5 * Math.fround(0.6));
    assert.equal(createDecoder(FORM, { ...OPTIONS, confThreshold: score })([raw], SAME_SIZE).length, 1);
    assert.equal(createDecoder(FORM, { ...OPTIONS, confThreshold: score + 1e-6 })([raw], SAME_SIZE).length, 0);
  });

  it('reports the first of equally probable classes', () => {
    const raw = emptyRaw();
    put(raw, { level: 0, column: 0, row: 0 }, { x1: 0, y1: 0, x2: 10, y2: 10 }, 1, [0.2, 0.6, 0.6]);
    assert.equal(createDecoder(FORM, OPTIONS)([raw], SAME_SIZE)[0].className, 'car');
  });

  it('reports wanted classes alone, and lets no other suppress them', () => {
    const raw = emptyRaw();
    const box = { x1: 10, y1: 10, x2: 30, y2: 30 };
    put(raw, { level: 0, column: 0, row: 0 }, box, 0.9, [0, 1, 0]);
    put(raw, { level: 0, column: 1, row: 0 }, box, 0.8, [0, 0, 1]);
    const found = createDecoder(FORM, { ...OPTIONS, nms: 'agnostic', classIds: [2] })([raw], SAME_SIZE);
    assert.deepEqual(
      found.map(({ className }) => className),
      ['dog'],
    );
    assert.deepEqual(createDecoder(FORM, { ...OPTIONS, classIds: [] })([raw], SAME_SIZE), []);
  });

  it('gives the best first', () => {
    const raw = emptyRaw();
    [0.4, 0.9, 0.6].forEach((objectness, i) =>
      put(
        raw,
        { level: 0, column: i * 3, row: 0 },
        { x1: i * 30, y1: 0, x2: i * 30 + 10, y2: 10 },
        objectness,
        [1, 0, 0],
      ),
    );
    assert.deepEqual(
      createDecoder(FORM, OPTIONS)([raw], SAME_SIZE).map(({ score }) => score),
      [0.9, 0.6, 0.4],
    );
  });

  it('passes over NaN and infinite boxes, and counts them', () => {
    const raw = emptyRaw();
    const box = { x1: 0, y1: 0, x2: 10, y2: 10 };
    put(raw, { level: 0, column: 0, row: 0 }, box, NaN, [1, 0, 0]);
    put(raw, { level: 0, column: 1, row: 0 }, box, 1, [NaN, NaN, NaN]);
    put(raw, { level: 0, column: 2, row: 0 }, { ...box, x2: Infinity }, 1, [1, 0, 0]);
    put(raw, { level: 0, column: 3, row: 0 }, { ...box, y1: NaN }, 1, [1, 0, 0]);
    put(raw, { level: 0, column: 4, row: 0 }, box, Infinity, [1, 0, 0]);
    const counts: number[] = [];
    assert.deepEqual(
      createDecoder(FORM, OPTIONS)([raw], SAME_SIZE, (boxes) => counts.push(boxes)),
      [],
    );
    assert.deepEqual(counts, [5]);
  });

  it('passes over boxes of negative size, and counts them', () => {
    const found = (box: readonly number[]): [readonly unknown[], number] => {
      const raw = emptyRaw();
      raw.set([...box, 1, 1, 0, 0]);
      let count = 0;
      const detections = createDecoder('decoded probabilities', OPTIONS)([raw], SAME_SIZE, (boxes) => (count = boxes));
      return [detections.map(({ box: { x1, y1, x2, y2 } }) => [x1, y1, x2, y2]), count];
    };
    assert.deepEqual(found([20, 20, 10, 8]), [[[15, 16, 25, 24]], 0]);
    assert.deepEqual(found([20, 20, -10, 8]), [[], 1]);
    assert.deepEqual(found([20, 20, 10, -8]), [[], 1]);
  });

  it('gives the same answer when it is called again', () => {
    const decode = createDecoder(FORM, OPTIONS);
    const raw = emptyRaw();
    put(raw, { level: 2, column: 1, row: 1 }, { x1: 20, y1: 20, x2: 60, y2: 60 }, 0.9, [0, 1, 0]);
    const first = decode([raw], SAME_SIZE);
    assert.deepEqual(decode([emptyRaw()], SAME_SIZE), []);
    assert.equal(first[0].className, 'car');
    assert.deepEqual(decode([raw], SAME_SIZE), first);
  });

  it('refuses an output of another size', () => {
    assert.throws(() => createDecoder(FORM, OPTIONS)([new Float32Array(80)], SAME_SIZE), {
      name: 'InternalError',
      message: /80 values; 126 cells of 5 \+ 3 classes need 1008/,
    });
  });
});

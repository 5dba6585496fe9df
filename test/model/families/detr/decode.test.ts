import assert from 'node:assert/strict';
import { letterbox } from '../../../../src/core/fit.js';
import { createDecoder } from '../../../../src/model/families/detr/decode.js';

const INPUT = { width: 64, height: 64 };

describe('the decoder of detr', () => {
  const decode = createDecoder('boxes', {
    input: INPUT,
    classNames: ['person', 'car'],
    confThreshold: 0.25,
    nmsThreshold: 0.45,
    nms: 'per-class',
  });

  it('passes over boxes and scores that are none, and counts them', () => {
    const rows: [readonly number[], number][] = [
      [[1, 2, 11, 12], 0.5],
      [[11, 2, 1, 12], 0.9],
      [[1, 12, 11, 2], 0.9],
      [[1, NaN, 11, 12], 0.9],
      [[1, 2, Infinity, 12], 0.9],
      [[1, 2, 11, 12], NaN],
      [[1, 2, 11, 12], Infinity],
      [[11, 2, 1, 12], 0.1],
    ];
    const counts: number[] = [];
    const found = decode(
      [
        new Float32Array(rows.length),
        Float32Array.from(rows.flatMap(([box]) => box)),
        Float32Array.from(rows.map(([, score]) => score)),
      ],
      letterbox(INPUT, INPUT),
      (boxes) => counts.push(boxes),
    );
    assert.deepEqual(found, [{ box: { x1: 1, y1: 2, x2: 11, y2: 12 }, score: 0.5, classId: 0, className: 'person' }]);
    assert.deepEqual(counts, [6]);
  });
});

import assert from 'node:assert/strict';
import { DataType, node, onnxModel, tensor, valueInfo } from '../../../src/model/onnx/build.js';
import { OnnxGraph } from '../../../src/model/onnx/graph.js';
import type { InferredShape } from '../../../src/model/onnx/infer-shapes.js';

type Node = ReturnType<typeof node>;

const INTS = {
  zero: [0],
  one: [1],
  two: [2],
  minus: [-1],
  end: [9223372036854775807n],
  pair: [1, -1],
  some: [3, 5],
  from: [1, 2],
} as const;

/** The shape of `out` where `x` has this shape. */
function shapeOf(x: readonly number[], ...nodes: readonly Node[]): InferredShape {
  const model = onnxModel({
    name: 'g',
    inputs: [valueInfo('x', DataType.FLOAT, x)],
    outputs: [valueInfo('out', DataType.FLOAT, [])],
    nodes,
    initializers: [
      ...Object.entries(INTS).map(([name, values]) =>
        tensor(name, [values.length], BigInt64Array.from(values as readonly (number | bigint)[], BigInt)),
      ),
      tensor('weights', [13, 4, 3, 3], new Float32Array(13 * 36)),
      tensor('row', [1, 1, 7], new Float32Array(7)),
    ],
  });
  return new OnnxGraph(model, 'g').shapesAt('x', x).shapeOf('out');
}

describe('ShapeInference', () => {
  const cases: Record<string, [InferredShape, readonly number[], ...Node[]]> = {
    'of a convolution knows the channels': [
      [undefined, 13, undefined, undefined],
      [1, 4, 8, 8],
      node('Conv', ['x', 'weights'], ['out']),
    ],
    'follows what keeps shapes': [
      [1, 2, 3],
      [1, 2, 3],
      node('Sigmoid', ['x'], ['s']),
      node('Identity', ['s'], ['out']),
    ],
    broadcasts: [[2, 5, 7], [2, 5, 1], node('Add', ['x', 'row'], ['out'])],
    'adds up what is concatenated, from behind too': [
      [1, 2, 9],
      [1, 2, 3],
      node('Concat', ['x', 'x', 'x'], ['out'], { axis: { int: -1 } }),
    ],
    transposes: [[3, 1, 2], [1, 2, 3], node('Transpose', ['x'], ['out'], { perm: { ints: [2, 0, 1] } })],
    'transposes all axes where none is named': [[3, 2, 1], [1, 2, 3], node('Transpose', ['x'], ['out'])],
    flattens: [[6, 20], [2, 3, 4, 5], node('Flatten', ['x'], ['out'], { axis: { int: 2 } })],
    'fills in the axis that a reshape leaves open': [[1, 24], [2, 3, 4], node('Reshape', ['x', 'pair'], ['out'])],
    'follows a reshape to a shape that the graph computes': [
      [2, 3, 20],
      [2, 3, 4, 5],
      node('Shape', ['x'], ['all']),
      node('Slice', ['all', 'zero', 'two', 'zero'], ['kept']),
      node('Concat', ['kept', 'minus'], ['shape'], { axis: { int: 0 } }),
      node('Reshape', ['x', 'shape'], ['out']),
    ],
    'follows single sizes that are gathered': [
      [4, 6],
      [2, 3, 4],
      node('Shape', ['x'], ['all']),
      node('Gather', ['all', 'two'], ['last']),
      node('Concat', ['last', 'minus'], ['shape'], { axis: { int: 0 } }),
      node('Reshape', ['x', 'shape'], ['out']),
    ],
    'slices to the end': [[2, 8], [2, 9], node('Slice', ['x', 'one', 'end', 'one'], ['out'])],
    'slices from behind, in steps': [[2, 4], [2, 9], node('Slice', ['x', 'zero', 'minus', 'one', 'two'], ['out'])],
    'splits into sizes that are given': [
      [1, 5],
      [1, 8],
      node('Split', ['x', 'some'], ['first', 'out'], { axis: { int: 1 } }),
    ],
    'splits evenly': [[1, 4], [1, 8], node('Split', ['x'], ['first', 'out'], { axis: { int: 1 } })],
    'reduces, with or without the axis': [[2, 1, 1], [2, 3, 4], node('ReduceMean', ['x', 'from'], ['out'])],
    'reduces axes away': [[2], [2, 3, 4], node('ReduceMax', ['x', 'from'], ['out'], { keepdims: { int: 0 } })],
    'does not know what it does not know': [undefined, [2, 3], node('Unique', ['x'], ['out'])],
    'keeps what is known beside what is not': [
      [undefined, 13, undefined, 1],
      [1, 4, 8, 8],
      node('Conv', ['x', 'weights'], ['c']),
      node('ReduceMax', ['c', 'minus'], ['out']),
    ],
  };
  for (const [what, [wanted, x, ...nodes]] of Object.entries(cases)) {
    it(what, () => assert.deepEqual(shapeOf(x, ...nodes), wanted));
  }

  it('terminates if a graph reads its own result', () => {
    assert.equal(shapeOf([1], node('Identity', ['out'], ['other']), node('Identity', ['other'], ['out'])), undefined);
  });
});

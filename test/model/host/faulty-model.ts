import { DataType, node, onnxModel, tensor, valueInfo } from '../../../src/model/onnx/build.js';
import type { OnnxModel } from '../../../src/model/onnx/model-file.js';

/**
 * Like `pixelModel`, but a run fails in ONNX Runtime if the picture's first value is 200 or more, because it is looked
 * up in a table of 200.
 */
export function faultyModel(): OnnxModel {
  return onnxModel({
    name: 'faulty',
    inputs: [valueInfo('images', DataType.FLOAT, [1, 3, 32, 32])],
    outputs: [valueInfo('output', DataType.FLOAT, [1, 21, 6])],
    initializers: [
      tensor('flat', [2], BigInt64Array.of(1n, -1n)),
      tensor('start', [1], BigInt64Array.of(0n)),
      tensor('one', [1], BigInt64Array.of(1n)),
      tensor('end', [1], BigInt64Array.of(126n)),
      tensor('rows', [3], BigInt64Array.of(1n, 21n, 6n)),
      tensor('zeros', [200], new Float32Array(200)),
    ],
    nodes: [
      node('Reshape', ['images', 'flat'], ['row']),
      node('Slice', ['row', 'start', 'one', 'one'], ['value']),
      node('Cast', ['value'], ['index'], { to: { int: DataType.INT64 } }),
      node('Gather', ['zeros', 'index'], ['zero']),
      node('Slice', ['row', 'start', 'end', 'one'], ['first']),
      node('Add', ['first', 'zero'], ['sum']),
      node('Reshape', ['sum', 'rows'], ['output']),
    ],
  });
}

import { DataType, node, onnxModel, tensor, valueInfo } from '../../src/model/onnx/build.js';
import type { OnnxModel } from '../../src/model/onnx/model-file.js';

type PixelModelOptions = {
  readonly input?: readonly (number | string)[];
  readonly output?: readonly (number | string)[];
  readonly inputType?: DataType;
  readonly outputType?: DataType;
};

/**
 * The smallest runnable graph of YOLOX's shape: 32x32 pixels in, 21 cells of one class out. It returns the first 126
 * pixel values unchanged, so that a test can follow every value.
 */
export function pixelModel({
  input = [1, 3, 32, 32],
  output = [1, 21, 6],
  inputType = DataType.FLOAT,
  outputType = inputType,
}: PixelModelOptions = {}): OnnxModel {
  return onnxModel(
    {
      name: 'pixels',
      inputs: [valueInfo('images', inputType, input)],
      outputs: [valueInfo('output', outputType, output)],
      initializers: [
        tensor('flat', [2], BigInt64Array.of(1n, -1n)),
        tensor('start', [1], BigInt64Array.of(0n)),
        tensor('end', [1], BigInt64Array.of(126n)),
        tensor('axis', [1], BigInt64Array.of(1n)),
        tensor('rows', [3], BigInt64Array.of(1n, 21n, 6n)),
      ],
      nodes: [
        node('Reshape', ['images', 'flat'], ['row']),
        node('Slice', ['row', 'start', 'end', 'axis'], ['first']),
        ...(outputType === inputType
          ? [node('Reshape', ['first', 'rows'], ['output'])]
          : [
              node('Cast', ['first'], ['cast'], { to: { int: outputType } }),
              node('Reshape', ['cast', 'rows'], ['output']),
            ]),
      ],
    },
    { metadata: { made: 'for tests' } },
  );
}

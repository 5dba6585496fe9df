import { tensor } from '../../src/model/onnx/build.js';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { anchorCount } from '../../src/model/families/yolox/grid.js';
import type { ZooEntry } from '../../src/model/zoo.js';
import { pixelModel } from './pixel-model.js';

/** A file with as much of a zoo model as is checked without its hash: input, classes and number of parameters. */
export function namesakeOf({ input, parametersM }: Pick<ZooEntry, 'input' | 'parametersM'>): Uint8Array {
  const model = pixelModel({
    input: [1, 3, input.height, input.width],
    output: [1, anchorCount(input), 85],
  });
  // In half precision, to be small.
  const count = Math.round(parametersM * 1e6);
  model.graph.initializer.push(tensor('parameters', [count], new Uint16Array(count)));
  return serializeOnnx(model);
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataType, node, onnxModel, tensor, valueInfo } from '../../model/onnx/build.js';
import { serializeOnnx } from '../../model/onnx/model-file.js';

/** Cells of the three strides at 32x32 pixels: 16 + 4 + 1. */
const ANCHORS = 21;
/** Box, objectness and one class. */
const VALUES = 6;

/**
 * Writes the smallest model with YOLOX's shapes and a convolution, to try providers without a real model: 32x32 pixels
 * in, one class out, all weights 0.
 * @returns its path
 */
export async function writeTrialModel(folder: string): Promise<string> {
  const channels = ANCHORS * VALUES;
  const model = onnxModel({
    name: 'trial',
    inputs: [valueInfo('images', DataType.FLOAT, [1, 3, 32, 32])],
    outputs: [valueInfo('output', DataType.FLOAT, [1, ANCHORS, VALUES])],
    initializers: [
      tensor('weights', [channels, 3, 3, 3], new Float32Array(channels * 27)),
      tensor('rows', [3], BigInt64Array.of(1n, BigInt(ANCHORS), BigInt(VALUES))),
    ],
    nodes: [
      node('Conv', ['images', 'weights'], ['cells'], { strides: { ints: [32, 32] } }),
      node('Reshape', ['cells', 'rows'], ['output']),
    ],
  });
  const path = join(folder, 'trial.onnx');
  await writeFile(path, serializeOnnx(model));
  return path;
}

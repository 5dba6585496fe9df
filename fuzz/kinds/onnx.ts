import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Mutator } from '../mutate.js';

/** The end of a file holds the inputs and outputs of its graph, and its metadata. */
const TAIL_BYTES = 3000;

/** Detector models. */
export const onnx: FuzzKind = {
  name: 'onnx',
  async prepare(mutator, folder, { model, pictures }) {
    await writeFile(join(folder, 'model.onnx'), changed(mutator, await readFile(model)));
    return mutator.random.chance(0.5)
      ? { args: ['models', 'info', 'model.onnx'] }
      : { args: ['run', pictures, '--model', 'model.onnx', '--provider', 'cpu', '--offline'] };
  },
};

function changed(mutator: Mutator, file: Buffer): Buffer {
  const way = mutator.random.below(3);
  if (way === 0) return mutator.bytes(file);
  if (way === 1) return mutator.bytes(file, 400);
  return Buffer.concat([file.subarray(0, -TAIL_BYTES), mutator.bytes(file.subarray(-TAIL_BYTES))]);
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Json, Mutator } from '../mutate.js';

const LENGTH_BYTES = 8;

/** Network weights. */
export const safetensors: FuzzKind = {
  name: 'safetensors',
  async prepare(mutator, folder, { weights }) {
    await writeFile(join(folder, 'weights.safetensors'), changed(mutator, await readFile(weights)));
    return { args: ['export', 'weights.safetensors', '--variant', 'yolox-nano', '--out', 'network.onnx'] };
  },
};

/** Changes the header's values, its bytes, its length, or bytes anywhere. */
function changed(mutator: Mutator, file: Buffer): Buffer {
  const end = LENGTH_BYTES + Number(file.readBigUInt64LE());
  const [header, data] = [file.subarray(LENGTH_BYTES, end), file.subarray(end)];
  const way = mutator.random.below(4);
  if (way === 0) return Buffer.concat([file.subarray(0, LENGTH_BYTES), mutator.bytes(header), data]);
  if (way > 1) return mutator.bytes(file, way === 2 ? 16 : file.length);
  const text = Buffer.from(mutator.json(JSON.parse(header.toString()) as Json));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

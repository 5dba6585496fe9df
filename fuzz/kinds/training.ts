import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Json } from '../mutate.js';

/** Training configurations and data sets. */
export const training: FuzzKind = {
  name: 'training',
  async prepare(mutator, folder, { world }) {
    const annotations = join(world, 'annotations.json');
    const text = await readFile(annotations, 'utf8');
    const isDataChanged = mutator.random.chance(0.6);
    const configuration = `train: { annotations: truth.json, root: ${world} }
val: { annotations: ${annotations}, root: ${world} }
variant: yolox-nano
input: 64x64
epochs: 1
batch_size: 4
warmup_epochs: 0
multiscale: 0
`;
    await writeFile(join(folder, 'truth.json'), isDataChanged ? mutator.json(JSON.parse(text) as Json) : text);
    await writeFile(join(folder, 'train.yaml'), isDataChanged ? configuration : mutator.text(configuration));
    return { args: ['train', '-c', 'train.yaml', '--out', 'out', '--engine', 'onnxruntime', '--keep-mb', '64'] };
  },
};

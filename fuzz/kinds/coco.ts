import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Json } from '../mutate.js';

/** COCO annotations and results. */
export const coco: FuzzKind = {
  name: 'coco',
  async prepare(mutator, folder, { world, results }) {
    const truth = JSON.parse(await readFile(join(world, 'annotations.json'), 'utf8')) as Record<string, Json>;
    const found = JSON.parse(await readFile(results, 'utf8')) as Json;
    const plain: Json = {
      images: truth['images'] ?? [],
      annotations: truth['annotations'] ?? [],
      categories: truth['categories'] ?? [],
    };
    const isTruthChanged = mutator.random.chance(0.5);
    await writeFile(join(folder, 'truth.json'), isTruthChanged ? mutator.json(plain) : JSON.stringify(plain));
    await writeFile(join(folder, 'found.json'), isTruthChanged ? JSON.stringify(found) : mutator.json(found));
    return { args: ['eval', 'coco', '--annotations', 'truth.json', '--detections', 'found.json'] };
  },
};

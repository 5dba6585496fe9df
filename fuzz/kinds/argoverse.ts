import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Json } from '../mutate.js';

/** Annotations in Argoverse-HD format, which hold the order and the time of frames. */
export const argoverse: FuzzKind = {
  name: 'argoverse',
  async prepare(mutator, folder, { world, recording, results, runtimeProfile }) {
    const text = await readFile(join(world, 'annotations.json'), 'utf8');
    const isJson = mutator.random.chance(0.8);
    await writeFile(
      join(folder, 'truth.json'),
      isJson ? mutator.json(JSON.parse(text) as Json) : mutator.bytes(Buffer.from(text), 3000),
    );
    const truth = ['--annotations', 'truth.json'];
    const simulate = ['--detections', results, '--runtime', runtimeProfile, '--schedule', 'shrinking-tail'];
    return mutator.random.chance(0.5)
      ? { args: ['eval', 'simulate', ...truth, ...simulate] }
      : { args: ['eval', 'stream', recording, ...truth, '--report', 'report.html'] };
  },
};

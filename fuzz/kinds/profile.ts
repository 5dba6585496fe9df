import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Json } from '../mutate.js';

/** Runtime profiles. */
export const profile: FuzzKind = {
  name: 'profile',
  async prepare(mutator, folder, { world, results, runtimeProfile }) {
    const sound = JSON.parse(await readFile(runtimeProfile, 'utf8')) as Json;
    await writeFile(join(folder, 'runtimes.json'), mutator.json(sound));
    const inputs = ['--annotations', join(world, 'annotations.json'), '--detections', results];
    const schedule = mutator.pick(['idle-free', 'idle-next', 'shrinking-tail', 'threshold', 'stride:2']);
    return { args: ['eval', 'simulate', ...inputs, '--runtime', 'runtimes.json', '--schedule', schedule] };
  },
};

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Json, Mutator } from '../mutate.js';

/** Recordings of runs, as `eval stream` and `eval diff` read them. */
export const recording: FuzzKind = {
  name: 'recording',
  async prepare(mutator, folder, { recording: sound, world }) {
    await writeFile(join(folder, 'run.jsonl'), changed(mutator, await readFile(sound, 'utf8')));
    const truth = ['--annotations', join(world, 'annotations.json')];
    if (mutator.random.chance(0.3))
      return { args: ['eval', 'diff', 'run.jsonl', sound, '--resamples', '10', ...truth] };
    const forecast = mutator.pick(['none', 'kalman', 'nowcast']);
    return { args: ['eval', 'stream', 'run.jsonl', '--forecast', forecast, ...truth] };
  },
};

/** Changes the values of a line, or bytes anywhere. */
function changed(mutator: Mutator, text: string): string | Buffer {
  if (mutator.random.chance(0.4)) return mutator.bytes(Buffer.from(text));
  const lines = text.trimEnd().split('\n');
  const at = mutator.random.below(lines.length);
  return `${lines.with(at, mutator.json(JSON.parse(lines[at] ?? '') as Json)).join('\n')}\n`;
}

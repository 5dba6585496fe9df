import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import { changePickle, RUN_MARK } from '../pickle/change-pickle.js';
import { PICKLE_SEEDS, PICKLED_TRUTH, type PickleSeed } from '../pickle/seeds.js';

/** The sAP toolkit's pickles: detections, outputs and runtimes. Nothing of them may run. */
export const pickle: FuzzKind = {
  name: 'pickle',
  async prepare(mutator, folder) {
    const { file, bytes } = mutator.pick(PICKLE_SEEDS);
    await writeFile(join(folder, 'truth.json'), JSON.stringify(PICKLED_TRUTH));
    await writeFile(join(folder, 'found.json'), '[]');
    await mkdir(join(folder, 'run'));
    await writeFile(join(folder, 'run', 'drive.pkl'), changePickle(mutator, bytes));
    return {
      args: ['eval', ...READERS[file], '--annotations', 'truth.json'],
      compare: () => Promise.resolve(existsSync(join(folder, RUN_MARK)) ? 'ran what a pickle names' : undefined),
    };
  },
};

const PATH = join('run', 'drive.pkl');
const SIMULATE = ['simulate', '--detections', 'found.json', '--runtime', PATH];
/** The command that reads each file. */
const READERS: Readonly<Record<PickleSeed['file'], readonly string[]>> = {
  zoo: SIMULATE,
  time_info: SIMULATE,
  results_ccf: ['coco', '--detections', PATH],
  results_raw: ['coco', '--detections', PATH],
  outputs: ['stream', PATH],
  outputs_raw: ['stream', 'run'],
};

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind, Trial } from '../kind.js';
import type { Samples } from '../samples.js';

/** Pictures of ffmpeg, as NUT. */
export const nut: FuzzKind = {
  name: 'nut',
  async prepare(mutator, folder, samples) {
    const head = mutator.pick([300, 2000, Number.MAX_SAFE_INTEGER]);
    await writeFile(join(folder, 'ffmpeg.nut'), mutator.bytes(await readFile(samples.nut), head));
    return trial(samples);
  },
};

/** The log of ffmpeg. */
export const log: FuzzKind = {
  name: 'ffmpeg-log',
  async prepare(mutator, folder, samples) {
    const head = mutator.pick([20_000, Number.MAX_SAFE_INTEGER]);
    await writeFile(join(folder, 'ffmpeg.log'), mutator.bytes(await readFile(samples.log), head));
    return trial(samples);
  },
};

/** The fake ffmpeg finds the changed file in the folder in which the command runs. */
function trial({ fakeFfmpeg, videos }: Samples): Trial {
  return {
    args: ['run', ...videos.slice(0, 1), '--provider', 'cpu', '--offline'],
    env: { NOWCAST_FFMPEG: fakeFfmpeg },
  };
}

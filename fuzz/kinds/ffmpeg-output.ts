import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';
import type { Samples } from '../samples.js';

/** Pictures of ffmpeg, as NUT. */
export const nut: FuzzKind = {
  name: 'nut',
  async prepare(mutator, folder, samples) {
    const head = mutator.pick([300, 2000, Number.MAX_SAFE_INTEGER]);
    await writeFile(join(folder, 'ffmpeg.nut'), mutator.bytes(await readFile(samples.nut), head));
    return trial(samples, { nut: join(folder, 'ffmpeg.nut') });
  },
};

/** The log of ffmpeg. */
export const log: FuzzKind = {
  name: 'ffmpeg-log',
  async prepare(mutator, folder, samples) {
    const head = mutator.pick([20_000, Number.MAX_SAFE_INTEGER]);
    await writeFile(join(folder, 'ffmpeg.log'), mutator.bytes(await readFile(samples.log), head));
    return trial(samples, { log: join(folder, 'ffmpeg.log') });
  },
};

function trial(samples: Samples, changed: Partial<Pick<Samples, 'nut' | 'log'>>) {
  const { nut, log, fakeFfmpeg, videos } = { ...samples, ...changed };
  return {
    args: ['run', ...videos.slice(0, 1), '--provider', 'cpu', '--offline'],
    env: { NOWCAST_FFMPEG: fakeFfmpeg, FUZZ_NUT: nut, FUZZ_LOG: log },
  };
}

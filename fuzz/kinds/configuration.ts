import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzKind } from '../kind.js';

/** The configuration of `nowcast run`. */
export const configuration: FuzzKind = {
  name: 'configuration',
  async prepare(mutator, folder, { configuration: sound }) {
    await writeFile(join(folder, 'cameras.yaml'), mutator.bytes(await readFile(sound)));
    return { args: ['run', '-c', 'cameras.yaml', '--duration', '1s'], env: { CAMERA_PASSWORD: 'pw12345' } };
  },
};

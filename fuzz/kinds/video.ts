import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { accountOf } from '../account.js';
import type { FuzzKind } from '../kind.js';

/** Damaged video files. */
export const video: FuzzKind = {
  name: 'video',
  async prepare(mutator, folder, { videos, ffmpeg }) {
    const file = mutator.pick(videos);
    const name = `clip${extname(file)}`;
    const path = join(folder, name);
    await writeFile(path, mutator.bytes(await readFile(file), mutator.pick([500, Number.MAX_SAFE_INTEGER])));
    const save = mutator.random.chance(0.2) ? ['--save', 'drawn.mp4'] : [];
    return {
      args: ['run', name, '--provider', 'cpu', '--offline', ...save],
      async compare({ code, stdout }) {
        if (code !== 0) return;
        const { percepts, dropped } = accountOf(stdout);
        const decoded = await countFrames(ffmpeg.path, path);
        if (percepts + dropped === decoded) return;
        return `${percepts} results and ${dropped} drops, though ffmpeg decodes ${decoded} frames`;
      },
    };
  },
};

async function countFrames(ffmpeg: string, path: string): Promise<number> {
  const args = ['-v', 'quiet', '-i', path, '-map', '0:V:0', '-vsync', '0', '-f', 'framecrc', '-'];
  // A damaged file makes ffmpeg fail after the frames that it could decode.
  const { stdout } = await promisify(execFile)(ffmpeg, args).catch(
    (error: unknown) => error as { readonly stdout: string },
  );
  return stdout.split('\n').filter((line) => /^\d/.test(line)).length;
}

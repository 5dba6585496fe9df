import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Outcome } from '../command.js';
import type { FuzzKind } from '../kind.js';
import { accountOf } from '../account.js';

const PICTURES = 4;

/** Folders of pictures, some of them damaged. */
export const picture: FuzzKind = {
  name: 'picture',
  async prepare(mutator, folder, { pictureFiles }) {
    await mkdir(join(folder, 'pictures'));
    for (let i = 0; i < PICTURES; i++) {
      const file = mutator.pick(pictureFiles);
      const bytes = mutator.bytes(await readFile(file), mutator.pick([100, 1000, Number.MAX_SAFE_INTEGER]));
      await writeFile(join(folder, 'pictures', `${i}${extname(file)}`), bytes);
    }
    return { args: ['run', 'pictures', '--provider', 'cpu', '--offline'], compare };
  },
};

/** Each picture has a result or stands among the problems. */
function compare({ code, stdout, stderr }: Outcome): Promise<string | undefined> {
  const { percepts, dropped } = accountOf(stdout);
  const unread = new Set(stderr.match(/\b\d\.(?:jpg|png|webp|gif|tif|avif)\b/g)).size;
  const accounted = percepts + Math.max(dropped, unread);
  if (code !== 0 || accounted >= PICTURES) return Promise.resolve(undefined);
  return Promise.resolve(`${percepts} results, ${dropped} drops and ${unread} named pictures, of ${PICTURES}`);
}

import { stat } from 'node:fs/promises';
import { ModelError } from '../core/errors.js';
import { sha256Of } from '../files/sha256.js';
import { zooPath, type ZooEntry } from './zoo.js';

/** The file of a zoo model on this machine. `problem` is a clause: "it is empty". */
export type CachedModel =
  | { readonly state: 'absent' }
  | { readonly state: 'right'; readonly bytes: number }
  | { readonly state: 'wrong'; readonly problem: string };

/** Whether the file of a zoo model is on this machine, and is that model. Everything that names models asks here. */
export async function cachedModel(entry: ZooEntry, cacheDir: string): Promise<CachedModel> {
  return judgeFile(entry, zooPath(entry, cacheDir));
}

/** The same for a file at any place. */
export async function judgeFile(entry: ZooEntry, path: string): Promise<CachedModel> {
  const found = await stat(path).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ModelError(`cannot read the model ${path}: ${message}`, { cause });
  });
  if (found === undefined) return { state: 'absent' };
  if (!found.isFile()) return wrong(found.isDirectory() ? 'it is a folder' : 'it is no file');
  if (found.size === 0) return wrong('it is empty');
  if (entry.bytes !== undefined && found.size !== entry.bytes)
    return wrong(
      `it has ${found.size} bytes instead of ${entry.bytes}${found.size < entry.bytes ? '; it may be cut off' : ''}`,
    );
  const sha256 = await sha256Of(path);
  if (sha256 !== entry.sha256) return wrong(`its sha256 is ${sha256}, not the zoo's, ${entry.sha256}`);
  return { state: 'right', bytes: found.size };
}

/** Says that a file is wrong, and the way out. */
export function wrongFile({ name }: ZooEntry, path: string, problem: string): ModelError {
  return new ModelError(
    `${path} is not ${name}: ${problem}; remove it and run \`nowcast models pull ${name}\`, or give --model another file's path`,
    { code: 'NOWCAST_MODEL_SHA256' },
  );
}

function wrong(problem: string): CachedModel {
  return { state: 'wrong', problem };
}

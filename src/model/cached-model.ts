import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { ModelError } from '../core/errors.js';
import { modelInfo } from './info.js';
import { loadLabels } from './labels.js';
import { zooPath, type ZooEntry } from './zoo.js';

/** A file that is the model that its name claims. */
export type RightFile = {
  readonly state: 'right';
  readonly bytes: number;
  readonly sha256: string;
  /** The source of the expected hash. Without one, the file has the right kind, classes and number of parameters. */
  readonly checkedBy: 'zoo' | 'pin' | 'contents';
};

/** The file of a zoo model on this machine. `problem` is a clause: "it is empty". */
export type CachedModel =
  { readonly state: 'absent' } | RightFile | { readonly state: 'wrong'; readonly problem: string };

/** Published counts are rounded, and exports fold the norms. */
const PARAMETER_TOLERANCE = 0.05;

/** Whether the file of a zoo model is on this machine, and is that model. Everything that names models asks here. */
export async function cachedModel(entry: ZooEntry, cacheDir: string): Promise<CachedModel> {
  const path = zooPath(entry, cacheDir);
  let pin: Pin | undefined;
  try {
    pin = await readPin(path);
  } catch (error) {
    return wrong(`it cannot be checked, because ${(error as Error).message}`);
  }
  return judgeFile(entry, path, pin);
}

/** The same for a file at any place. */
export async function judgeFile(entry: ZooEntry, path: string, pin: Pin | undefined): Promise<CachedModel> {
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
  const expected = entry.sha256 ?? pin?.sha256;
  if (expected !== undefined && sha256 !== expected) {
    const source = entry.sha256 === undefined ? `the one pinned in ${pin!.path}` : "the zoo's";
    return wrong(`its sha256 is ${sha256}, not ${source}, ${expected}`);
  }
  if (expected === undefined) {
    const problem = await problemOfContents(entry, path);
    if (problem !== undefined) return wrong(problem);
  }
  const checkedBy = entry.sha256 !== undefined ? 'zoo' : pin !== undefined ? 'pin' : 'contents';
  return { state: 'right', bytes: found.size, sha256, checkedBy };
}

/** Where no hash is known, another model's file shows itself by its size in parameters. */
async function problemOfContents(entry: ZooEntry, path: string): Promise<string | undefined> {
  try {
    const { spec, parameters } = await modelInfo(path, { input: entry.input });
    await loadLabels(entry.labels, spec);
    const wanted = entry.parametersM * 1e6;
    return Math.abs(parameters - wanted) > PARAMETER_TOLERANCE * wanted
      ? `it has ${(parameters / 1e6).toFixed(2)} million parameters instead of ${entry.parametersM}`
      : undefined;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return `it does not open as that model: ${error.message}`;
  }
}

/** Says that a file is wrong, and the way out. */
export function wrongFile({ name }: ZooEntry, path: string, problem: string): ModelError {
  return new ModelError(
    `${path} is not ${name}: ${problem}; remove it and run \`nowcast models pull ${name}\`, or give --model another file's path`,
    { code: 'NOWCAST_MODEL_SHA256' },
  );
}

/** The hash that an earlier download had, and the file that keeps it. */
export type Pin = { readonly sha256: string; readonly path: string };

/** A file that `sha256sum -c` reads. */
export function pinPath(path: string): string {
  return `${path}.sha256`;
}

/** @throws ModelError if the file holds no hash */
export async function readPin(path: string): Promise<Pin | undefined> {
  const text = await readFile(pinPath(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [sha256] = text.split(/\s/);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new ModelError(`${pinPath(path)} holds no sha256; remove it and run again`);
  return { sha256, path: pinPath(path) };
}

function wrong(problem: string): CachedModel {
  return { state: 'wrong', problem };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { ModelError, OutputError } from '../core/errors.js';
import { writeFileAtomic } from '../files/atomic-write.js';
import { clearDownload, download, type DownloadOptions } from './download.js';
import { readModelSpec } from './model-spec.js';
import { zooPath, type ZooEntry } from './zoo.js';

export type PullOptions = Pick<DownloadOptions, 'fetch' | 'signal' | 'onProgress'> & {
  /** Folder of the models; created if absent. */
  readonly cacheDir: string;
};

export type PulledModel = {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** `present`: the file was there already, with the right content. */
  readonly outcome: 'downloaded' | 'present';
  /**
   * The source of the expected hash: the zoo, an earlier download that kept its hash, or none. In the last case this
   * download's hash is kept for later ones; warn the user.
   */
  readonly checkedBy: 'zoo' | 'pin' | 'first-download';
};

/**
 * Downloads a model of the zoo, or checks the one that is there. An interrupted download is continued by the next call.
 * @throws ModelError if the download fails (the message names the URL, and the path for a file placed by hand), or if
 *   its content is wrong (the file is then removed); OutputError if it cannot be written
 */
export async function pullModel(entry: ZooEntry, { cacheDir, ...options }: PullOptions): Promise<PulledModel> {
  const path = zooPath(entry, cacheDir);
  const pin = await readPin(path);
  if (await isThere(path)) return { ...(await checked(entry, path, path, pin)), outcome: 'present' };

  const part = `${path}.part`;
  await mkdir(cacheDir, { recursive: true }).catch((cause: unknown) => {
    throw new OutputError(`cannot create the folder ${cacheDir}: ${(cause as Error).message}`, { cause });
  });
  try {
    await download(entry.url, part, {
      ...options,
      ...(entry.bytes === undefined ? {} : { expectedBytes: entry.bytes }),
      isContentChecked: (entry.sha256 ?? pin) !== undefined,
    });
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new ModelError(
      `cannot download ${entry.name} from ${entry.url}: ${cause.message}. ` +
        `Run the command again, which continues the download, or fetch the file by other means and place it at ${path}`,
      { cause, code: 'NOWCAST_MODEL_DOWNLOAD' },
    );
  }
  try {
    // Another process may have finished the same download in the meantime, and with it the part that both wrote.
    const from = (await isThere(path)) ? path : part;
    const model = await checked(entry, from, path, pin);
    if (from === part) await rename(part, path);
    return { ...model, outcome: 'downloaded' };
  } finally {
    await clearDownload(part, { withFile: true });
  }
}

/** Checks the hash of the file at `from`, which is or becomes `path`. Without an expected hash, it keeps this one. */
async function checked(
  entry: ZooEntry,
  from: string,
  path: string,
  pin: string | undefined,
): Promise<Omit<PulledModel, 'outcome'>> {
  const sha256 = await sha256Of(from);
  const expected = entry.sha256 ?? pin;
  if (expected !== undefined && sha256 !== expected) {
    const source = entry.sha256 === undefined ? `the one pinned in ${pinPath(path)}` : "the zoo's";
    throw new ModelError(
      from === path
        ? `${path} is not ${entry.name}: its sha256 is ${sha256}, not ${source}, ${expected}; remove it and run again`
        : `the download from ${entry.url} is not ${entry.name}: its sha256 is ${sha256}, not ${source}, ${expected}; the download was removed`,
      { code: 'NOWCAST_MODEL_SHA256' },
    );
  }
  if (expected === undefined) {
    // No hash confirms this file, so it must at least be a file of the right kind before its hash is kept.
    await readModelSpec(from, { input: entry.input });
    await writeFileAtomic(pinPath(path), `${sha256}  ${entry.file}\n`);
  }
  return {
    path,
    sha256,
    bytes: (await stat(from)).size,
    checkedBy: entry.sha256 !== undefined ? 'zoo' : pin !== undefined ? 'pin' : 'first-download',
  };
}

/** A file that `sha256sum -c` reads. */
function pinPath(path: string): string {
  return `${path}.sha256`;
}

async function readPin(path: string): Promise<string | undefined> {
  const text = await readFile(pinPath(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [sha256] = text.split(/\s/);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new ModelError(`${pinPath(path)} holds no sha256; remove it and run again`);
  return sha256;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

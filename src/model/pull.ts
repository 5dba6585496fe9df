import { rename, stat } from 'node:fs/promises';
import { ModelError, OutputError } from '../core/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { judgeFile, wrongFile, type CachedModel } from './cached-model.js';
import { clearDownload, download, type DownloadOptions } from './download.js';
import { zooPath, type ZooEntry } from './zoo.js';

export type PullOptions = Pick<DownloadOptions, 'fetch' | 'signal' | 'onProgress' | 'stallMs'> & {
  /** Folder of the models; created if absent. */
  readonly cacheDir: string;
};

export type PulledModel = {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** `present`: the file was there already, with the right content. */
  readonly outcome: 'downloaded' | 'present';
};

/** Of a file of unstated size: a weight has four bytes, and a graph takes little beside them. */
const MOST_BYTES_PER_PARAMETER = 5;

/**
 * Downloads a model of the zoo, or checks the one that is there. An interrupted download is continued by the next call.
 * @throws ModelError if the download fails (the message names the URL, and the path for a file placed by hand), or if
 *   its content is wrong (the file is then removed); OutputError if it cannot be written
 */
export async function pullModel(entry: ZooEntry, { cacheDir, ...options }: PullOptions): Promise<PulledModel> {
  const path = zooPath(entry, cacheDir);
  if (await isThere(path)) return { ...right(await judgeFile(entry, path), entry, path, path), outcome: 'present' };

  try {
    makeFolder(cacheDir, 0o700);
  } catch (cause) {
    throw new OutputError(`cannot create the folder ${cacheDir}: ${(cause as Error).message}`, { cause });
  }
  const part = `${path}.part`;
  const isContinued = await isThere(part);
  await fetchPart(entry, part, path, options);
  try {
    // Another process may have finished the same download in the meantime, and with it the part that both wrote.
    const from = (await isThere(path)) ? path : part;
    const file = await judgeFile(entry, from);
    if (isContinued && from === part && file.state === 'wrong') {
      // The earlier part may have come from elsewhere, or be damaged.
      await clearDownload(part, { withFile: true });
      return await pullModel(entry, { cacheDir, ...options });
    }
    const model = right(file, entry, from, path);
    if (from === part) await rename(part, path);
    return { ...model, outcome: 'downloaded' };
  } finally {
    await clearDownload(part, { withFile: true });
  }
}

async function fetchPart(
  entry: ZooEntry,
  part: string,
  path: string,
  options: Omit<PullOptions, 'cacheDir'>,
): Promise<void> {
  try {
    await download(entry.url, part, {
      ...options,
      ...(entry.bytes === undefined ? {} : { expectedBytes: entry.bytes }),
      mostBytes: entry.bytes ?? entry.parametersM * 1e6 * MOST_BYTES_PER_PARAMETER,
    });
  } catch (cause) {
    if (!(cause instanceof ModelError)) throw cause;
    throw new ModelError(
      `cannot download ${entry.name} from ${entry.url}: ${cause.message}. ` +
        `Run the command again, which continues the download, or fetch the file by other means and place it at ${path}`,
      { cause, code: 'NOWCAST_MODEL_DOWNLOAD' },
    );
  }
}

/** The file at `from`, which is or becomes `path`. */
function right(file: CachedModel, entry: ZooEntry, from: string, path: string): Omit<PulledModel, 'outcome'> {
  if (file.state === 'right') return { path, bytes: file.bytes, sha256: entry.sha256 };
  const problem = file.state === 'wrong' ? file.problem : 'it is gone';
  if (from === path) throw wrongFile(entry, path, problem);
  throw new ModelError(`the download from ${entry.url} is not ${entry.name}: ${problem}; the download was removed`, {
    code: 'NOWCAST_MODEL_SHA256',
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

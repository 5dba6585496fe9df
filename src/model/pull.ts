import { mkdir, rename, stat } from 'node:fs/promises';
import { ModelError, OutputError } from '../core/errors.js';
import { writeFileAtomic } from '../files/atomic-write.js';
import { judgeFile, pinPath, readPin, wrongFile, type Pin, type RightFile } from './cached-model.js';
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

/** Judges the file at `from`, which is or becomes `path`. Without an expected hash, it keeps this one. */
async function checked(
  entry: ZooEntry,
  from: string,
  path: string,
  pin: Pin | undefined,
): Promise<Omit<PulledModel, 'outcome'>> {
  const file = await judgeFile(entry, from, pin);
  if (file.state !== 'right') {
    const problem = file.state === 'wrong' ? file.problem : 'it is gone';
    if (from === path) throw wrongFile(entry, path, problem);
    throw new ModelError(`the download from ${entry.url} is not ${entry.name}: ${problem}; the download was removed`, {
      code: 'NOWCAST_MODEL_SHA256',
    });
  }
  const { sha256, bytes, checkedBy } = file;
  if (checkedBy === 'contents') await writeFileAtomic(pinPath(path), `${sha256}  ${entry.file}\n`);
  return { path, sha256, bytes, checkedBy: HOW_CHECKED[checkedBy] };
}

const HOW_CHECKED = { zoo: 'zoo', pin: 'pin', contents: 'first-download' } as const satisfies Record<
  RightFile['checkedBy'],
  PulledModel['checkedBy']
>;

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

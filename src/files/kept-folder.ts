import { chmodSync } from 'node:fs';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Clock, WallClock } from '../core/clock.js';
import type { OutputError } from '../core/errors.js';
import { beyond, type DatedFile, type Retention } from '../core/retention.js';
import { replaceFile, writeFileAtomic } from './atomic-write.js';
import { makeFolder } from './make-folder.js';
import { cannotWrite } from './output-failure.js';

export type KeptFolderOptions = {
  readonly folder: string;
  /** Files of this name are the folder's own; it removes no others. */
  readonly isOwn: (name: string) => boolean;
  readonly retention: Retention;
  readonly clock: Clock & WallClock;
  /** Called once when nothing can be written any more. */
  readonly onFailure: (error: OutputError) => void;
  /** Called once when files can be written again. */
  readonly onHealed: () => void;
};

/** How full a kept folder is, in bytes. */
export type KeptUse = {
  /** Of its own files. */
  readonly usedBytes: number;
  /** Of the retention, or less where its disk is smaller. */
  readonly maxBytes: number;
  /** Left on its disk at the last look; undefined where the system does not say. */
  readonly freeBytes: number | undefined;
  /** Nothing can be written. */
  readonly isFailing: boolean;
  /** Files that could not be written, so far. */
  readonly failures: number;
};

/** They show who was where and when. */
const OWNER_ONLY = { file: 0o600, folder: 0o700 };
/** Of its files and what its disk has left, a folder takes this share: a file is written before older ones go. */
const SHARE_OF_ROOM = 0.9;
/** Where others fill the disk, it gives way down to this share of the room that it found at first. */
const LEAST_SHARE_OF_ROOM = 0.5;
const PRUNED_EVERY_MS = 10 * 60_000;

/**
 * A folder of files that are written whole, one folder inside for each camera, and removed when they are too old or
 * together too large.
 */
export class KeptFolder {
  readonly #options: KeptFolderOptions;
  #retention: Retention;
  /** By their paths, the oldest first. */
  readonly #files: Map<string, DatedFile>;
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;
  #leastRoomBytes = 0;
  #freeBytes: number | undefined;
  #looking: Promise<void> | undefined;
  #isFailing = false;
  #failures = 0;
  #pruning: Promise<void> = Promise.resolve();

  private constructor(options: KeptFolderOptions, files: readonly DatedFile[]) {
    this.#options = options;
    this.#retention = options.retention;
    this.#files = new Map(files.toSorted((a, b) => a.atMs - b.atMs).map((file) => [file.path, file]));
    this.#bytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#timer = setInterval(() => void this.#prune(), PRUNED_EVERY_MS);
    this.#timer.unref();
  }

  /**
   * Creates the folder, finds the files of earlier runs, and removes those that are too many. If the retention allows
   * more than the disk has room for, the folder keeps within that room: a full disk would keep the oldest files, and
   * take no new one until they are too old.
   * @throws OutputError if it cannot be created or read
   */
  static async open(options: KeptFolderOptions): Promise<KeptFolder> {
    const folder = resolve(options.folder);
    try {
      makeFolder(folder, OWNER_ONLY.folder);
      const kept = new KeptFolder({ ...options, folder }, await filesIn(folder, options.isOwn));
      await kept.#look();
      kept.#leastRoomBytes = LEAST_SHARE_OF_ROOM * kept.#roomBytes;
      await kept.#prune();
      return kept;
    } catch (cause) {
      throw cannotWrite(folder, cause);
    }
  }

  /** Each call has the disk looked at for the next one: a disk that hangs delays nobody. */
  get use(): KeptUse {
    void this.#look();
    return {
      usedBytes: this.#bytes,
      maxBytes: this.#limits.maxBytes,
      freeBytes: this.#freeBytes,
      isFailing: this.#isFailing,
      failures: this.#failures,
    };
  }

  /** Holds from now on; files that are then too many are removed. */
  setRetention(retention: Retention): void {
    this.#retention = retention;
    void this.#prune();
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The path of a camera's file, whatever the names hold. */
  pathOf(camera: string, name: string): string {
    return join(this.#options.folder, safe(camera), safe(name));
  }

  /**
   * Writes a file, or replaces it; files that are then too many are removed.
   * @returns false if it could not be written
   */
  write(path: string, data: Uint8Array): Promise<boolean> {
    return this.#written(path, () =>
      writeFileAtomic(path, data, { mode: OWNER_ONLY.file, folderMode: OWNER_ONLY.folder }),
    );
  }

  /** The same for a file that `make` writes under the name of a draft. */
  make(path: string, make: (draft: string) => Promise<void>): Promise<boolean> {
    return this.#written(path, () =>
      replaceFile(
        path,
        async (draft) => {
          await make(draft);
          chmodSync(draft, OWNER_ONLY.file);
        },
        { folderMode: OWNER_ONLY.folder },
      ),
    );
  }

  /** Makes the folder of a file that its owner writes piece by piece. */
  prepare(path: string): void {
    try {
      makeFolder(dirname(path), OWNER_ONLY.folder);
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
  }

  /** Takes such a file in once it is complete; files that are then too many are removed. */
  async adopt(path: string): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return;
    this.#keep(path, found.size);
    await this.#prune();
  }

  /** Resolves when nothing is being removed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pruning;
  }

  async #written(path: string, write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      const { size } = await stat(path);
      this.#keep(path, size);
    } catch (error) {
      if (!this.#isFailing) this.#options.onFailure(cannotWrite(path, error));
      this.#isFailing = true;
      this.#failures += 1;
      // Room may be all that is missing.
      await this.#prune();
      return false;
    }
    if (this.#isFailing) this.#options.onHealed();
    this.#isFailing = false;
    await this.#prune();
    return true;
  }

  #keep(path: string, bytes: number): void {
    const { clock } = this.#options;
    const keptAtMs = clock.now();
    this.#forget(path);
    this.#files.set(path, {
      path,
      bytes,
      // The wall clock may be set, which makes the file no older.
      get atMs() {
        return clock.toUnixMs(keptAtMs);
      },
    });
    this.#bytes += bytes;
  }

  #forget(path: string): void {
    this.#bytes -= this.#files.get(path)?.bytes ?? 0;
    this.#files.delete(path);
  }

  #nowMs(): number {
    const { clock } = this.#options;
    return clock.toUnixMs(clock.now());
  }

  get #limits(): Retention {
    const { maxBytes } = this.#retention;
    return {
      ...this.#retention,
      maxBytes: Math.min(maxBytes, Math.max(this.#leastRoomBytes, SHARE_OF_ROOM * this.#roomBytes)),
    };
  }

  /** At the last look. */
  get #roomBytes(): number {
    return this.#bytes + (this.#freeBytes ?? Infinity);
  }

  #look(): Promise<void> {
    return (this.#looking ??= statfs(this.#options.folder)
      .then(({ bavail, bsize }) => void (this.#freeBytes = bavail * bsize))
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined)));
  }

  /** One after the other. */
  #prune(): Promise<void> {
    this.#pruning = this.#pruning.then(async () => {
      await this.#look();
      for (const { path } of beyond(this.#limits, this.#files.values(), this.#bytes, this.#nowMs())) {
        this.#forget(path);
        await rm(path, { force: true }).catch(() => undefined);
      }
    });
    return this.#pruning;
  }
}

/** What a crash leaves of a file that was being written. */
const DRAFT_END = /\.[\da-f-]{36}\.tmp$/;

/** Names on the command line may hold anything. */
function safe(name: string): string {
  return name.replaceAll(/[^\w.-]/g, '_').replace(/^\./, '_');
}

async function filesIn(folder: string, isOwn: (name: string) => boolean): Promise<DatedFile[]> {
  const files: DatedFile[] = [];
  for (const camera of await readdir(folder, { withFileTypes: true })) {
    if (!camera.isDirectory()) continue;
    for (const entry of await readdir(join(folder, camera.name), { withFileTypes: true })) {
      if (!entry.isFile() || !isOwn(entry.name.replace(DRAFT_END, ''))) continue;
      const path = join(folder, camera.name, entry.name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined) files.push({ path, bytes: found.size, atMs: found.mtimeMs });
    }
  }
  return files;
}

import { resolve } from 'node:path';
import type { Retention } from '../../core/retention.js';
import { aboutKeys } from '../../core/error-key.js';
import type { KeptFolder, KeptUse } from '../../files/kept-folder.js';
import type { AppContext } from '../context.js';
import { openKept } from './open-kept.js';

type Place = { readonly folder: string; readonly retention: Retention };

/** A change that is ready: one of the two is called. */
export type Prepared = {
  /** Takes it over. */
  commit(): void;
  /** Leaves all as it was. */
  discard(): Promise<void>;
};

/** Of a folder that is not in use yet: a change that is discarded removes no file. */
const KEEPS_ALL: Retention = { maxAgeMs: Infinity, maxBytes: Infinity };

/** The folder of a section of the configuration, which may become another one. */
export class KeptPlace {
  readonly #section: string;
  readonly #context: Pick<AppContext, 'clock' | 'log'>;
  /** By their paths, with those that were left: files of theirs may still be written. */
  readonly #folders = new Map<string, KeptFolder>();
  #folder: KeptFolder | undefined;

  constructor(section: string, context: Pick<AppContext, 'clock' | 'log'>) {
    this.#section = section;
    this.#context = context;
  }

  /** Undefined without the section. */
  get folder(): KeptFolder | undefined {
    return this.#folder;
  }

  get use(): KeptUse | undefined {
    return this.#folder?.use;
  }

  /** True for a file that is still there, in a former folder too. */
  has(path: string): boolean {
    return [...this.#folders.values()].some((folder) => folder.has(path));
  }

  /**
   * Opens the folder that the section has now, unless it has had it before.
   * @throws OutputError if it cannot be used
   */
  async prepare(next: Place | undefined): Promise<Prepared> {
    if (next === undefined) return { commit: () => (this.#folder = undefined), discard: () => Promise.resolve() };
    const path = resolve(next.folder);
    const known = this.#folders.get(path);
    const folder =
      known ??
      (await aboutKeys([`${this.#section}.folder`], () =>
        openKept(this.#section, { ...next, retention: KEEPS_ALL }, this.#context),
      ));
    return {
      commit: () => {
        folder.setRetention(next.retention);
        this.#tellRoom(folder.use, next.retention);
        this.#folders.set(path, folder);
        this.#folder = folder;
      },
      discard: async () => {
        if (known === undefined) await folder.close();
      },
    };
  }

  #tellRoom({ maxBytes }: KeptUse, retention: Retention): void {
    if (maxBytes >= retention.maxBytes) return;
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
    this.#context.log.info(
      `${this.#section}.retain_mb is ${megabytes(retention.maxBytes)}, but its disk has less room, so the oldest files are removed from ${megabytes(maxBytes)} MB on`,
    );
  }

  async close(): Promise<void> {
    for (const folder of this.#folders.values()) await folder.close();
  }
}

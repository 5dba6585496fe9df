import type { Retention } from '../../core/retention.js';
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

/** The folder of a section of the configuration, which may become another one. */
export class KeptPlace {
  readonly #section: string;
  readonly #context: Pick<AppContext, 'clock' | 'log'>;
  #place: Place | undefined;
  #folder: KeptFolder | undefined;
  /** Files of theirs may still be written. */
  readonly #former: KeptFolder[] = [];

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
    return [this.#folder, ...this.#former].some((folder) => folder?.has(path));
  }

  /**
   * Opens another folder, if the section has one now.
   * @throws OutputError if it cannot be used
   */
  async prepare(next: Place | undefined): Promise<Prepared> {
    const isSame = next?.folder === this.#place?.folder;
    const opened = isSame || next === undefined ? undefined : await openKept(this.#section, next, this.#context);
    return {
      commit: () => {
        this.#place = next;
        if (isSame && next !== undefined) this.#folder?.setRetention(next.retention);
        if (isSame) return;
        if (this.#folder !== undefined) this.#former.push(this.#folder);
        this.#folder = opened;
      },
      discard: async () => opened?.close(),
    };
  }

  async close(): Promise<void> {
    for (const folder of [...this.#former, this.#folder]) await folder?.close();
  }
}

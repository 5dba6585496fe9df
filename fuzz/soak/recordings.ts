import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const LOOK_EVERY_MS = 1000;

/** The folder of recordings under observation. */
export class WatchedFolder {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #seen = new Set<string>();

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** Looks while `goesOn` whether complete files are more than may be there. */
  async watch(goesOn: () => boolean, problems: string[]): Promise<void> {
    while (goesOn()) {
      await sleep(LOOK_EVERY_MS);
      const files = this.#complete();
      for (const { name } of files) this.#seen.add(name);
      const bytes = sizeOf(files);
      // A file is complete before the oldest ones are removed for it, and each camera may complete one.
      const mostBytes = this.#limitBytes + 2 * Math.max(0, ...files.map((file) => file.bytes));
      if (bytes > mostBytes) problems.push(`recordings have ${bytes} bytes of ${this.#limitBytes}`);
    }
  }

  /** The faults of what is left once the service has ended. */
  async faults(cameras: readonly string[]): Promise<string[]> {
    const all = this.#list();
    const files = this.#complete();
    for (const { name } of files) this.#seen.add(name);
    const bytes = sizeOf(files);
    const drafts = all.filter(({ name }) => name.endsWith('.tmp'));
    const silent = cameras.filter((camera) => ![...this.#seen].some((name) => name.startsWith(`${camera}/`)));
    const broken = (
      await Promise.all(files.map(async ({ name }) => ((await this.#isVideo(name)) ? [] : [name])))
    ).flat();
    return [
      ...(bytes > this.#limitBytes ? [`recordings are left with ${bytes} bytes of ${this.#limitBytes}`] : []),
      ...drafts.map(({ name }) => `the draft ${name} is left behind`),
      ...silent.map((camera) => `${camera} has no recording`),
      ...broken.map((name) => `the recording ${name} cannot be read`),
      ...(this.#seen.size > files.length ? [] : ['no recording was removed for a newer one']),
    ];
  }

  #complete(): { readonly name: string; readonly bytes: number }[] {
    return this.#list().filter(({ name }) => name.endsWith('.mp4'));
  }

  #list(): { readonly name: string; readonly bytes: number }[] {
    return readdirSync(this.#folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
      // It may be removed at this moment.
      const found = statSync(join(this.#folder, name), { throwIfNoEntry: false });
      return found?.isFile() === true ? [{ name, bytes: found.size }] : [];
    });
  }

  /** Whether ffmpeg finds pictures in it. Those of a camera that loses packets may be damaged. */
  async #isVideo(name: string): Promise<boolean> {
    const args = ['-v', 'quiet', '-i', join(this.#folder, name), '-c', 'copy', '-f', 'null', '-'];
    return promisify(execFile)('ffmpeg', args).then(
      () => true,
      () => false,
    );
  }
}

function sizeOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

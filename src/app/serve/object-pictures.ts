import { readFile } from 'node:fs/promises';
import type { WallClock } from '../../core/clock.js';
import type { ObjectEvent } from '../../core/scene-events.js';
import type { KeptUse } from '../../files/kept-folder.js';
import { keptName } from './kept-name.js';
import type { KeptPlace } from './kept-place.js';

/** So much memory holds pictures that are in no folder. */
const MOST_BYTES = 32 * 2 ** 20;
/** A disk may hang. */
const MOST_UNWRITTEN = 16;

/** The pictures of objects: the newest ones in memory, and all of them in a folder, if there is one. */
export class ObjectPictures {
  readonly #place: KeptPlace | undefined;
  readonly #clock: WallClock;
  /** By object, the oldest first. */
  readonly #inMemory = new Map<string, Uint8Array>();
  readonly #paths = new Map<string, string>();
  /** One after the other, so that the better picture of an object is the last. */
  #writing: Promise<unknown> = Promise.resolve();
  #unwritten = 0;
  #bytes = 0;

  constructor(place: KeptPlace | undefined, clock: WallClock) {
    this.#place = place;
    this.#clock = clock;
  }

  has(id: string): boolean {
    return this.#inMemory.has(id) || this.#fileOf(id) !== undefined;
  }

  /** Of the folder; undefined without one. */
  get use(): KeptUse | undefined {
    return this.#place?.use;
  }

  async get(id: string): Promise<Buffer | undefined> {
    const jpeg = this.#inMemory.get(id);
    if (jpeg !== undefined) return Buffer.from(jpeg);
    const path = this.#fileOf(id);
    return path === undefined ? undefined : await readFile(path).catch(() => undefined);
  }

  /** @param onFile called once it is in the folder, with its path */
  put(event: ObjectEvent, jpeg: Uint8Array, onFile: (path: string) => void = () => undefined): void {
    this.#drop(event.id);
    this.#inMemory.set(event.id, jpeg);
    this.#bytes += jpeg.length;
    while (this.#bytes > MOST_BYTES) this.#drop(this.#inMemory.keys().next().value!);
    const folder = this.#place?.folder;
    if (folder === undefined || this.#unwritten >= MOST_UNWRITTEN) return;
    const path = folder.pathOf(event.streamId, keptName(event, this.#clock, 'jpg'));
    this.#unwritten += 1;
    this.#writing = this.#writing.then(async () => {
      if (await folder.write(path, jpeg)) {
        this.#paths.set(event.id, path);
        onFile(path);
      }
      this.#unwritten -= 1;
    });
  }

  /** A picture of an earlier run, if the folder still has it. */
  add(id: string, path: string): void {
    this.#paths.set(id, path);
  }

  rename(id: string, other: string): void {
    const jpeg = this.#inMemory.get(id);
    const path = this.#paths.get(id);
    this.#inMemory.delete(id);
    if (jpeg !== undefined) this.#inMemory.set(other, jpeg);
    if (path !== undefined) this.#paths.set(other, path);
  }

  /** Frees the memory of an object that nobody can ask for any more; its file stays. */
  forget(id: string): void {
    this.#drop(id);
    this.#paths.delete(id);
  }

  /** Resolves when every picture is on the disk. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#place?.close();
  }

  #fileOf(id: string): string | undefined {
    const path = this.#paths.get(id);
    return path !== undefined && this.#place?.has(path) === true ? path : undefined;
  }

  #drop(id: string): void {
    this.#bytes -= this.#inMemory.get(id)?.length ?? 0;
    this.#inMemory.delete(id);
  }
}

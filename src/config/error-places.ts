import { NowcastError } from '../core/errors.js';
import { valueAt } from './former-names.js';
import type { LoadedConfig } from './load.js';
import type { Keys } from '../core/keys.js';

type File = Pick<LoadedConfig<Keys>, 'placeOf'>;

/** Messages name the key that they are about first: `clips.cameras has "nobody", …`. */
const LEADING_KEY = /^[\w-]+(?:\.[\w-]+)+(?= |: )/;

/** Gives errors the place of their keys in a configuration, as those of single values have it. */
export class ErrorPlaces {
  #file: File | undefined;
  #flags: object = {};

  /**
   * @param file the one that is read now; undefined without one
   * @param flags the settings that are not from the file
   */
  follow(file: File | undefined, flags: object): void {
    this.#file = file;
    this.#flags = flags;
  }

  /** Puts the place before the message of an error of ours whose key is in the file; leaves others as they are. */
  place(error: unknown): void {
    if (!(error instanceof NowcastError) || this.#file === undefined) return;
    const [leading] = LEADING_KEY.exec(error.message) ?? [];
    const keys = error.keys ?? [];
    if ([...keys, ...(leading === undefined ? [] : [leading])].some((key) => this.#isByFlag(key))) return;
    const ofLeading = leading === undefined ? undefined : this.#file.placeOf(leading.split('.'), false);
    if (ofLeading !== undefined) error.message = `${ofLeading}: ${error.message}`;
    else
      for (const key of keys) {
        const place = this.#file.placeOf(key.split('.'), true);
        if (place === undefined) continue;
        error.message = `${place}: ${key}: ${error.message}`;
        break;
      }
    error.keys = [];
  }

  /** The action's result, or its error with the place. */
  async within<T>(action: () => T | Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      this.place(error);
      throw error;
    }
  }

  #isByFlag(key: string): boolean {
    return valueAt(this.#flags, key.split('.')) !== undefined;
  }
}

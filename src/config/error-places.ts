import { NowcastError } from '../core/errors.js';
import type { Keys } from '../core/keys.js';
import { valueAt } from './former-names.js';
import type { LoadedConfig } from './load.js';

type File = Pick<LoadedConfig<Keys>, 'placeOf'>;

/** `clips.cameras has "nobody"`, `pace (--pace) max works …`; a word alone may be no key: `webhook posts …`. */
const LEADING_KEY = /^[\w-]+(?:\.[\w-]+)*(?= is |: | \(--)|^[\w-]+(?:\.[\w-]+)+(?= )/;

/** The key with which a message begins, if it is about one. */
export function leadingKey(message: string): string | undefined {
  return LEADING_KEY.exec(message)?.[0];
}

/** Gives errors the place of their keys in a configuration, as those of single values have it. */
export class ErrorPlaces {
  #files: readonly File[] = [];
  #flags: object = {};

  /**
   * @param files those that are read now
   * @param flags the settings that are not from files
   */
  follow(files: readonly File[], flags: object): void {
    this.#files = files;
    this.#flags = flags;
  }

  /** Puts the place before the message of an error of ours whose key is in a file; leaves others as they are. */
  place(error: unknown): void {
    if (!(error instanceof NowcastError)) return;
    const { message, keys = [] } = error;
    error.keys = [];
    const leading = leadingKey(message);
    if (leading !== undefined && this.#isByFlag(leading)) return;
    const ofLeading = leading === undefined ? undefined : this.#placeOf(leading, false);
    if (ofLeading !== undefined) {
      error.message = `${ofLeading}: ${message}`;
      return;
    }
    if (keys.some((one) => this.#isByFlag(one))) return;
    const key = keys.find((one) => this.#placeOf(one, true) !== undefined);
    if (key === undefined) return;
    const isShort = leading !== undefined && key.endsWith(`.${leading}`);
    error.message = `${this.#placeOf(key, true)}: ${key}${isShort ? message.slice(leading.length) : `: ${message}`}`;
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

  #placeOf(key: string, isExact: boolean): string | undefined {
    for (const file of this.#files) {
      const place = file.placeOf(key.split('.'), isExact);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** A section may have some of its keys from flags, and others from a file. */
  #isByFlag(key: string): boolean {
    const value = valueAt(this.#flags, key.split('.'));
    return value !== undefined && (typeof value !== 'object' || Array.isArray(value));
  }
}

import { NowcastError } from './errors.js';

/** Keys with their sections: `cameras.front.source`. Those of an error may depend on it. */
export type KeysOfError = readonly string[] | ((error: NowcastError) => readonly string[]);

/**
 * Runs an action. An error of ours that comes out of it is about one of these keys of the configuration, if its message
 * does not begin with another: about the first of them that is set. Keys that the error has already are closer.
 */
export function aboutKeys<T>(keys: KeysOfError, action: () => T): T {
  const named = (error: unknown): unknown => {
    if (error instanceof NowcastError) error.keys ??= typeof keys === 'function' ? keys(error) : keys;
    return error;
  };
  try {
    const result = action();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw named(error);
    }) as T;
  } catch (error) {
    throw named(error);
  }
}

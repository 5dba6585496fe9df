import { NowcastError } from './errors.js';

/**
 * Runs an action. An error of ours that comes out of it is about one of these keys of the configuration, if its message
 * does not begin with another: about the first of them that is set.
 * @param keys with their sections: `cameras.front.source`
 */
export function aboutKeys<T>(keys: readonly string[], action: () => T): T {
  const named = (error: unknown): unknown => {
    if (error instanceof NowcastError) error.keys ??= keys;
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

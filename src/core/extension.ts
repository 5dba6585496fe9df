import { ExtensionError, NowcastError, type ExtensionPart } from './errors.js';

/**
 * Calls code that the program brought itself.
 * @throws ExtensionError naming the part, where the call throws; an error of Nowcast's own passes as it is
 */
export function callExtension<T>(part: ExtensionPart, name: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw blame(part, name, cause);
  }
}

/** What a part threw, as an error that names the part; an error of Nowcast's own already says what is wrong. */
export function blame(part: ExtensionPart, name: string, cause: unknown): NowcastError {
  if (cause instanceof NowcastError) return cause;
  return new ExtensionError(part, name, `threw: ${cause instanceof Error ? cause.message : shown(cause)}`, { cause });
}

/** A value in a message: short, and never an error of its own. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value);
  try {
    const text = JSON.stringify(value) ?? '';
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  } catch {
    return 'an object';
  }
}

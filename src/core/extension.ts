import { ExtensionError, NowcastError, type ExtensionPart } from './errors.js';

/**
 * Calls the code of a custom part.
 * @throws ExtensionError naming the part, if the call throws; Nowcast's errors pass unchanged
 */
export function callExtension<T>(part: ExtensionPart, name: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw blame(part, name, cause);
  }
}

/** The thrown value of a custom part, as an error that names the part. Nowcast's errors pass unchanged. */
export function blame(part: ExtensionPart, name: string, cause: unknown): NowcastError {
  if (cause instanceof NowcastError) return cause;
  return new ExtensionError(part, name, `threw: ${cause instanceof Error ? cause.message : shown(cause)}`, { cause });
}

/** A short text for a value in a message. Never throws. */
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

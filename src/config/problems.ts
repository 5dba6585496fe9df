import type * as z from 'zod';
import { UsageError } from '../core/errors.js';
import type { Keys, SettingsOf } from '../core/keys.js';
import { redactText } from './redact.js';
import { allowedOf, IS_WORDED, keyAt, namesAt, schemaOf } from './schema.js';
import { didYouMean } from './suggest.js';

/** Names the place of a key for people: `cameras.yaml:12: detect.conf`, or `--conf`. */
export type Locate = (path: readonly PropertyKey[]) => string;

/** A key's path as people write it. */
export const dotted = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/**
 * Checks settings against a description of keys.
 * @param secrets texts that no message may show
 * @throws UsageError with one line per problem: the place, the value, and the allowed values
 */
export function checkSettings<S extends Keys>(
  keys: S,
  input: unknown,
  locate: Locate,
  secrets: Iterable<string> = [],
): SettingsOf<S> {
  const result = schemaOf(keys).safeParse(input);
  if (result.success) return result.data as SettingsOf<S>;
  const known = [...secrets];
  const lines = result.error.issues.flatMap((issue) => describe(keys, issue, input, locate));
  throw new UsageError(lines.map((line) => redactText(line, known)).join('\n'), { code: 'NOWCAST_CONFIG' });
}

function describe(keys: Keys, issue: z.core.$ZodIssue, input: unknown, locate: Locate): string[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const names = namesAt(keys, path);
    const at = path.length === 0 ? 'at the top' : `in ${dotted(path)}`;
    return issue.keys.map(
      (name) =>
        `${locate([...path, name])} is not a key${didYouMean(name, names)} (allowed ${at}: ${names.join(', ')})`,
    );
  }
  const key = keyAt(keys, path);
  if (issue.code === 'invalid_key')
    return [
      `${locate(path)} is no name for a ${key?.type === 'sections' ? key.nameOf : 'section'}; use letters, digits, - and _`,
    ];
  if (issue.code === 'custom' && issue.params === IS_WORDED) return [`${locate(path)}: ${issue.message}`];
  // A list that was written as one text is shown as that text.
  const found = valueAt(input, path);
  const value = found === undefined && typeof path.at(-1) === 'number' ? valueAt(input, path.slice(0, -1)) : found;
  const allowed = key === undefined ? issue.message : allowedOf(key);
  if (value === undefined || value === null)
    return [`${locate(path)} is ${value === null ? 'empty' : 'missing'}; it must be ${allowed}`];
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return [`${locate(path)} is ${key?.isSecret === true ? 'of another form' : shown}; it must be ${allowed}`];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[name] : undefined,
    input,
  );
}

import type * as z from 'zod';
import { UsageError } from '../core/errors.js';
import { redactText } from './redact.js';
import { factsAt, keysAt, settingsSchema, type Settings } from './schema.js';
import { didYouMean } from './suggest.js';

/** Names the place of a key for people: `cameras.yaml:12: detect.conf`, or `--conf`. */
export type Locate = (path: readonly PropertyKey[]) => string;

/** A path of keys as people write it. */
export const dotted = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/**
 * Checks settings against the schema.
 * @param secrets texts that no message may show
 * @throws UsageError with one line a problem: where, the value, and what is allowed
 */
export function checkSettings(input: unknown, locate: Locate, secrets: Iterable<string> = []): Settings {
  const result = settingsSchema.safeParse(input);
  if (result.success) return result.data;
  const known = [...secrets];
  const lines = result.error.issues.flatMap((issue) => describe(issue, input, locate));
  throw new UsageError(lines.map((line) => redactText(line, known)).join('\n'), { code: 'NOWCAST_CONFIG' });
}

function describe(issue: z.core.$ZodIssue, input: unknown, locate: Locate): string[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const keys = keysAt(path);
    const at = path.length === 0 ? 'at the top' : `in ${dotted(path)}`;
    return issue.keys.map((name) =>
      `${locate([...path, name])} is not a key${didYouMean(name, keys)} (allowed ${at}: ${keys.join(', ')})`);
  }
  if (issue.code === 'invalid_key') return [`${locate(path)} is no name for a camera; use letters, digits, - and _`];
  if (issue.code === 'custom') return [`${locate(path)}: ${issue.message}`];
  // An item of a list that was written as one text is shown as that text.
  const found = valueAt(input, path);
  const value = found === undefined && typeof path.at(-1) === 'number' ? valueAt(input, path.slice(0, -1)) : found;
  const allowed = factsAt(path)?.allowed ?? issue.message;
  if (value === undefined || value === null) return [`${locate(path)} is ${value === null ? 'empty' : 'missing'}; it must be ${allowed}`];
  return [`${locate(path)} is ${path.at(-1) === 'token' ? 'not a text' : JSON.stringify(value)}; it must be ${allowed}`];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, name) =>
    typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[name] : undefined, input);
}

import * as z from 'zod';
import { NowcastError } from '../core/errors.js';
import type { Key, Keys } from '../core/keys.js';
import { allowedNumbers, readNumber, type NumberRule } from '../core/number-rule.js';
import { problemOfPoints, type Point } from '../core/polygon.js';
import { durationMs, DURATION_FORMS, LONGEST_DURATION_MS, timeMs, TIME_FORMS } from './durations.js';

/** The checks that follow from a description of keys. They refuse unknown keys and fill in no defaults. */
export function schemaOf(keys: Keys): z.ZodType {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(keys).map(([name, key]) => {
        const schema = schemaOfKey(key);
        return [name, key.required === true ? schema : schema.optional()];
      }),
    ),
  );
}

// Flags and environment variables are text, and so are quoted values in YAML.
function schemaOfKey(key: Key): z.ZodType {
  switch (key.type) {
    case 'boolean':
      return z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
    case 'number':
      return numberOf(key);
    case 'pair':
      return z.tuple([numberOf(key), numberOf(key)]);
    case 'text':
      return textOf(key);
    case 'choice':
      return z.enum(key.values as [string, ...string[]]);
    case 'points':
      return pointsOf(key);
    case 'duration':
      return z.preprocess((value) => durationMs(value) ?? value, z.number().positive().max(LONGEST_DURATION_MS));
    case 'time':
      return z.preprocess((value) => timeMs(value) ?? value, z.number().min(0).max(LONGEST_DURATION_MS));
    case 'list':
      return z.preprocess(
        (value) => (typeof value === 'string' ? value.split(',') : value),
        z.array(plainText()).min(1),
      );
    case 'file':
    case 'file-or-name':
      return plainText();
    case 'either':
      return eitherOf(key);
    case 'section':
      return schemaOf(key.keys);
    case 'sections':
      return namedSections(sectionOf(key), key.hasAnyNames === true);
  }
}

function sectionOf({ of, misplaced }: Extract<Key, { type: 'sections' }>): z.ZodType {
  const section = schemaOf(of);
  if (misplaced === undefined) return section;
  // Behind a pipe, only sections without another problem are looked at.
  return section.pipe(
    z.unknown().superRefine((value, context) => {
      for (const [name, message] of Object.entries(misplaced(value as Readonly<Record<string, unknown>>)))
        context.addIssue({ code: 'custom', path: [name], message, params: IS_WORDED });
    }),
  );
}

/** Unlike a record of zod, it keeps every name, `__proto__` too. */
function namedSections(section: z.ZodType, hasAnyNames: boolean): z.ZodType {
  return z.custom<object>(isPlainObject).transform((sections, context) =>
    Object.fromEntries(
      Object.entries(sections).map(([name, below]) => {
        const atName = { input: sections, path: [name] };
        if (!hasAnyNames && !SECTION_NAME.test(name))
          context.issues.push({ code: 'invalid_key', origin: 'record', issues: [], ...atName });
        const checked = section.safeParse(below);
        for (const issue of checked.error?.issues ?? [])
          context.issues.push({ ...issue, input: below, path: [name, ...issue.path] });
        return [name, checked.data];
      }),
    ),
  );
}

/** A section is checked as one, so that its problems name its own keys. */
function eitherOf(key: Extract<Key, { type: 'either' }>): z.ZodType {
  const section = sectionIn(key);
  const others = key.of.filter((one) => one !== section).map(schemaOfKey);
  const other = others.length === 1 ? others[0] : z.union(others as [z.ZodType, ...z.ZodType[]]);
  if (section === undefined) return other;
  const ofSection = schemaOf(section.keys);
  return z.unknown().transform((value, context) => {
    const checked = (isPlainObject(value) ? ofSection : other).safeParse(value);
    for (const issue of checked.error?.issues ?? []) context.issues.push({ ...issue, input: value as never });
    return checked.data;
  });
}

/** The section that may stand in place of a value. */
export function sectionIn(key: Key): Extract<Key, { type: 'section' }> | undefined {
  if (key.type === 'section') return key;
  return key.type === 'either' ? key.of.find((one) => one.type === 'section') : undefined;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Marks an issue whose message is for people as it is. */
export const IS_WORDED = { isWorded: true } as const;

/** Names that people give to sections. */
export const SECTION_NAME = /^[\w-]+$/;

function numberOf(rule: NumberRule): z.ZodType {
  return z.preprocess(
    (value) => readNumber(value, rule) ?? value,
    z.number().refine((number) => readNumber(number, rule) !== undefined),
  );
}

function pointsOf({ isClosed }: Extract<Key, { type: 'points' }>): z.ZodType {
  const point = z.tuple([z.number(), z.number()]);
  return z
    .custom<Point[]>((value) => z.array(point).safeParse(value).success)
    .superRefine((points, context) => {
      const problem = problemOfPoints(points, isClosed);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, params: IS_WORDED });
    });
}

function plainText(): z.ZodType<string> {
  return z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string().trim().min(1));
}

function textOf({ pattern, check }: Extract<Key, { type: 'text' }>): z.ZodType {
  const text = pattern === undefined ? plainText() : z.string().regex(new RegExp(pattern));
  if (check === undefined) return text;
  return text.superRefine((value, context) => {
    try {
      check(value);
    } catch (error) {
      if (!(error instanceof NowcastError)) throw error;
      context.addIssue({ code: 'custom', message: error.message, params: IS_WORDED });
    }
  });
}

/** The allowed values of a key; completes the sentence "it must be …". */
export function allowedOf(key: Key): string {
  return key.allowed ?? allowedByType(key);
}

/** The same for help and documentation, where one form is enough for all durations. */
export function shortlyAllowed(key: Key): string {
  return allowedOf(key)
    .replace(DURATION_FORMS, 'a duration such as 500ms or 30s')
    .replace(/^one of /, '');
}

function allowedByType(key: Key): string {
  switch (key.type) {
    case 'boolean':
      return 'true or false';
    case 'number':
      return allowedNumbers(key);
    case 'pair':
      return `two numbers, each ${allowedNumbers(key)}`;
    case 'text':
      return 'a text';
    case 'choice':
      return `one of ${key.values.join(', ')}`;
    case 'points':
      return `a list of ${key.isClosed ? 'three' : 'two'} or more points such as [0.1, 0.5], as fractions of the picture`;
    case 'duration':
      return DURATION_FORMS;
    case 'time':
      return TIME_FORMS;
    case 'list':
      return 'a list of texts';
    case 'file':
      return 'a file';
    case 'file-or-name':
      return 'a file or a name';
    case 'either':
      return key.of.map(allowedOf).join(' or ');
    case 'section':
      return 'a section of keys';
    case 'sections':
      return `a section with one key for each ${key.nameOf}`;
  }
}

/** The key at a path; an item of a list stands for the list. Undefined if the path does not exist. */
export function keyAt(keys: Keys, path: readonly PropertyKey[]): Key | undefined {
  let found: Key | undefined;
  let below: Keys | undefined = keys;
  for (let depth = 0; depth < path.length; depth++) {
    if (below === undefined) return typeof path[depth] === 'number' ? found : undefined;
    const name = String(path[depth]);
    found = Object.hasOwn(below, name) ? below[name] : undefined;
    if (found?.type === 'sections') {
      // The next part of the path is a name that people chose.
      if (depth + 1 < path.length) depth += 1;
      below = found.of;
    } else below = found && sectionIn(found)?.keys;
    if (found === undefined) return undefined;
  }
  return found;
}

/** The allowed names in a section; empty for a leaf and for a section with free names. */
export function namesAt(keys: Keys, path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(keys);
  const key = keyAt(keys, path);
  const section = key && sectionIn(key);
  if (section !== undefined) return Object.keys(section.keys);
  const isNamed = key?.type === 'sections' && keyAt(keys, path.slice(0, -1)) === key;
  return key?.type === 'sections' && isNamed ? Object.keys(key.of) : [];
}

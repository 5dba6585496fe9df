import { resolve } from 'node:path';
import type { Key, Keys, ResolvedOf, SettingsOf } from '../core/keys.js';
import { secretsOf } from '../core/redact.js';
import type { Environment } from './environment.js';
import { isFile } from './paths.js';
import { schemaOf } from './schema.js';

type Section = Readonly<Record<string, unknown>>;

/**
 * Makes relative paths absolute. A value that may also be a name stays one if it has no slash and the folder has no
 * file of that name.
 */
export function anchored<T extends object>(keys: Keys, settings: T, folder: string): T {
  return mapped(keys, settings, ({ type }, value) => {
    if (typeof value !== 'string') return value;
    if (type === 'file') return resolve(folder, value);
    if (type !== 'file-or-name') return value;
    return /[\\/]/.test(value) || isFile(resolve(folder, value)) ? resolve(folder, value) : value;
  }) as T;
}

/**
 * Makes the relative paths absolute that stand in texts of another form, such as a schedule's. Their checks read the
 * files, so this comes before them.
 * @param settings of any shape
 */
export function anchoredTexts(keys: Keys, settings: Section, folder: string): Section {
  return mapped(keys, settings, (key, value) =>
    key.type === 'text' && key.anchor !== undefined && typeof value === 'string' ? key.anchor(value, folder) : value,
  );
}

/** Merges `over` into `under`, key by key in every section. */
export function mergeSettings<T extends object>(under: T, over: T): T {
  const merged = new Map<string, unknown>(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const before = merged.get(name);
    merged.set(name, isSection(before) && isSection(value) ? mergeSettings(before, value) : value);
  }
  return Object.fromEntries(merged) as T;
}

/** Fills in values from environment variables, for keys that have one and are absent from an existing section. */
export function withEnvironment<T extends object>(keys: Keys, settings: T, env: Environment): T {
  const filled: Record<string, unknown> = Object.fromEntries(Object.entries(settings));
  for (const [name, key] of Object.entries(keys)) {
    const below = filled[name];
    if (key.type === 'section' && isSection(below)) filled[name] = withEnvironment(key.keys, below, env);
    const value = key.env === undefined ? undefined : env[key.env];
    if (below === undefined && value !== undefined && value !== '') filled[name] = value;
  }
  return filled as T;
}

/** The values that no output may show. */
export function secretsIn(keys: Keys, settings: object): string[] {
  const secrets: string[] = [];
  mapped(keys, settings, ({ isSecret }, value) => {
    if (isSecret === true)
      secrets.push(...[value].flat().flatMap((part) => (typeof part === 'string' ? secretParts(part) : [])));
    return value;
  });
  return secrets;
}

/** Of an address, the parts that are not shown anyway; of a header, its value. */
function secretParts(text: string): readonly string[] {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? secretsOf(text) : [text.replace(/^[\w-]+:\s+/, '')];
}

/** The values of these keys alone. Absent keys get their defaults, which are parsed as if they had been written. */
export function withDefaults<S extends Keys>(keys: S, settings: SettingsOf<S>): ResolvedOf<S> {
  const given: Section = Object.fromEntries(
    Object.keys(keys)
      .map((name): [string, unknown] => [name, (settings as Section)[name]])
      .filter(([, value]) => value !== undefined),
  );
  const presets = Object.fromEntries(
    Object.entries(keys).flatMap(([name, { default: preset }]) =>
      preset === undefined || name in given ? [] : [[name, preset]],
    ),
  );
  // Required keys were checked with the others.
  const optional: Keys = Object.fromEntries(Object.keys(presets).map((name) => [name, keys[name]]));
  return { ...given, ...(schemaOf(optional).parse(presets) as Section) } as ResolvedOf<S>;
}

/** A copy in which `change` was applied to every value under a key. */
function mapped(keys: Keys, settings: object, change: (key: Key, value: unknown) => unknown): Section {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]): [string, unknown] => {
      if (!Object.hasOwn(keys, name)) return [name, value];
      const key = keys[name];
      if (key.type === 'section' && isSection(value)) return [name, mapped(key.keys, value, change)];
      if (key.type === 'sections' && isSection(value)) {
        return [
          name,
          Object.fromEntries(
            Object.entries(value).map(([one, below]) => [
              one,
              isSection(below) ? mapped(key.of, below, change) : below,
            ]),
          ),
        ];
      }
      return [name, change(key, value)];
    }),
  );
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

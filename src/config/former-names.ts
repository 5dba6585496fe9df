import type { Keys } from '../core/keys.js';

type Path = readonly string[];
type Section = Readonly<Record<string, unknown>>;

/** A key that has a new name. */
export type FormerName = { readonly from: Path; readonly to: Path };

/** The keys that had another name, in the order of the description. */
export function formerNames(keys: Keys, above: Path = []): FormerName[] {
  return Object.entries(keys).flatMap(([name, key]): FormerName[] => {
    const to = [...above, name];
    if (key.type === 'section') return formerNames(key.keys, to);
    return key.formerly === undefined ? [] : [{ from: key.formerly.split('.'), to }];
  });
}

/** The value at a path; undefined if there is none. */
export function valueAt(settings: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, name) => (isSection(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    settings,
  );
}

/** A copy of `settings` with another value at `path`. */
export function withValue(settings: Section, [name, ...rest]: Path, value: unknown): Section {
  const before = settings[name];
  return { ...settings, [name]: rest.length === 0 ? value : withValue(isSection(before) ? before : {}, rest, value) };
}

/** A copy of `settings` in which the value has moved. */
export function moved(settings: Section, { from, to }: FormerName): Section {
  return withValue(without(settings, from), to, valueAt(settings, from));
}

function without(settings: Section, [name, ...rest]: Path): Section {
  const { [name]: below, ...others } = settings;
  return rest.length === 0 || !isSection(below) ? others : { ...others, [name]: without(below, rest) };
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

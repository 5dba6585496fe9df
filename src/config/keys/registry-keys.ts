import { InternalError, UsageError } from '../../core/errors.js';
import type { Key, Keys } from '../../core/keys.js';
import { findNamed, formsOf, type NamedKind } from '../../core/named-kind.js';
import type { SinkKind } from '../../core/sink-kind.js';
import { cameraKeys } from './camera-keys.js';

/** A key that names an entry of a registry. Editors can complete it if every entry's form is a fixed word. */
export function oneOfKinds(
  what: string,
  kinds: readonly NamedKind<unknown>[],
): Pick<Key, 'allowed'> &
  ({ type: 'choice'; values: readonly string[] } | Pick<Extract<Key, { type: 'text' }>, 'type' | 'check' | 'anchor'>) {
  if (kinds.every((kind) => kind.parse(kind.form) !== undefined))
    return { type: 'choice', values: kinds.map(({ form }) => form) };
  const check = (name: string): void => {
    if (findNamed(kinds, name) === undefined)
      throw new UsageError(`${what} "${name}" is unknown; choose one of ${formsOf(kinds)}`);
  };
  const anchor = (name: string, folder: string): string =>
    kinds.map((kind) => kind.anchor?.(name, folder)).find((anchored) => anchored !== undefined) ?? name;
  return { type: 'text', allowed: `one of ${formsOf(kinds)}`, check, anchor };
}

/** The sections of the sinks, in the order of their first mention. */
export function sinkSections(sinks: readonly SinkKind[]): Keys {
  const sections: Record<string, Extract<Key, { type: 'section' }>> = {};
  for (const {
    section: { name, description },
    keys,
  } of sinks) {
    sections[name] = {
      type: 'section',
      description,
      keys: merged([{ keys: (sections[name] as Extract<Key, { type: 'section' }> | undefined)?.keys ?? {} }, { keys }]),
    };
  }
  return sections;
}

/**
 * The keys of several parts in one section.
 * @throws InternalError if two of them differ under the same name
 */
export function merged(kinds: readonly { readonly keys: Keys }[]): Keys {
  const all: Record<string, Key> = {};
  for (const { keys } of kinds) {
    for (const [name, key] of Object.entries(keys)) {
      if (name in cameraKeys || (name in all && all[name] !== key))
        throw new InternalError(`two parts bring a key ${name} to the same section`);
      all[name] = key;
    }
  }
  return all;
}

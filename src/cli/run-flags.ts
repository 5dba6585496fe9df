import type { Command } from 'commander';
import { BUILT_IN_PARTS, type RunParts } from '../app/parts.js';
import { checkSettings } from '../config/problems.js';
import { flagKeys, type Settings } from '../config/run-keys.js';
import { UsageError } from '../core/errors.js';
import type { Key, Keys } from '../core/keys.js';
import { optionOfKey } from './flags.js';

/** The value of a flag: text, or true for a flag without a value. */
export type RunFlagValues = Readonly<Record<string, string | true | undefined>>;

/**
 * Adds the flags of a run to a command. `config/keys` and the registries declare each flag beside its key.
 * @param without flags to leave out
 */
export function addRunFlags(
  command: Command,
  parts: RunParts = BUILT_IN_PARTS,
  without: readonly string[] = [],
): Command {
  const isLeftOut = (flag: string): boolean => without.includes(flag.split(' ')[0]);
  for (const { key } of flagsOf(flagKeys(parts))) if (!isLeftOut(key.flag)) command.addOption(optionOfKey(key));
  if (!isLeftOut('--offline'))
    command.option(
      '--offline',
      'every frame, as fast as the detector goes, without a budget: --pace max --schedule every --budget none',
    );
  for (const { flag } of parts.sinks)
    if (flag !== undefined && !isLeftOut(flag.declaration)) command.option(flag.declaration, flag.description);
  return command;
}

/**
 * Checks the flags by the rules of the configuration keys.
 * @throws UsageError with one line per problem, each naming its flag
 */
export function readRunFlags(raw: RunFlagValues, parts: RunParts = BUILT_IN_PARTS): Settings {
  const keys = flagKeys(parts);
  const input: Record<string, unknown> = {};
  const flagOf = new Map<string, string>();
  const put = (path: string, flag: string, value: unknown): void => {
    const names = path.split('.');
    let section = input;
    for (const name of names.slice(0, -1)) section = (section[name] ??= {}) as Record<string, unknown>;
    section[names[names.length - 1]] = value;
    flagOf.set(path, flag);
  };
  for (const { path, key } of flagsOf(keys)) {
    const flag = key.flag.split(' ')[0];
    const value = raw[camelCase(flag)];
    if (value !== undefined) put(path, flag, value);
  }
  if (raw['offline'] === true) {
    for (const [path, value] of [
      ['pace', 'max'],
      ['detect.schedule', 'every'],
      ['detect.budget', 'none'],
    ]) {
      const flag = flagOf.get(path);
      if (flag !== undefined && raw[camelCase(flag)] !== value) {
        throw new UsageError(
          `--offline means ${flag} ${value}, but ${flag} is ${raw[camelCase(flag)] ?? ''}; leave one of them out`,
        );
      }
      put(path, '--offline', value);
    }
  }
  for (const { flag, section } of parts.sinks) {
    const name = flag?.declaration.split(' ')[0];
    const value = name === undefined ? undefined : raw[camelCase(name)];
    if (flag === undefined || name === undefined || value === undefined) continue;
    for (const [key, one] of Object.entries(flag.read(String(value)))) put(`${section.name}.${key}`, name, one);
  }
  return checkSettings<Keys>(
    keys,
    input,
    (path) => flagOf.get(path.filter((name) => typeof name === 'string').join('.')) ?? path.join('.'),
  );
}

type DeclaredFlag = { readonly path: string; readonly key: Key & { readonly flag: string } };

/** The configuration keys that have a flag, with the path of each. */
function flagsOf(keys: Keys, above = ''): DeclaredFlag[] {
  return Object.entries(keys).flatMap(([name, key]): DeclaredFlag[] => {
    const path = `${above}${name}`;
    if (key.type === 'section') return flagsOf(key.keys, `${path}.`);
    return key.flag === undefined ? [] : [{ path, key: { ...key, flag: key.flag } }];
  });
}

function camelCase(flag: string): string {
  return flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

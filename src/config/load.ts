import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { UsageError } from '../core/errors.js';
import { utf8Text } from '../core/utf8.js';
import type { Keys, SettingsOf } from '../core/keys.js';
import { substitute, type Environment } from './environment.js';
import { formerNames, moved, valueAt, withValue } from './former-names.js';
import { checkSettings, dotted, type Locate } from './problems.js';
import { keyAt } from './schema.js';
import { anchoredTexts } from './settings.js';
import { problemsOfYaml } from './yaml-problems.js';

/** A checked configuration file. */
export type LoadedConfig<S extends Keys> = {
  readonly settings: SettingsOf<S>;
  /** The file's folder, absolute; relative paths in it start there. */
  readonly folder: string;
  /** Values from the environment, which no output may show. */
  readonly secrets: readonly string[];
  /**
   * The place of a key, or of the nearest section around it: `cameras.yaml:12`.
   * @param isExact the key itself
   * @returns undefined if that is not in the file or is overridden, or if there is no such key
   */
  readonly placeOf: (at: readonly string[], isExact: boolean) => string | undefined;
  /** Keys that stand under a former name, each with its place and its new name. */
  readonly warnings: readonly string[];
};

/** Values that override those of the file, by key, as from `--set epochs=30`. */
export type Overrides = {
  /** The name of the flag, for messages. */
  readonly flag: string;
  /** Keys with their sections: `train.root`. */
  readonly values: Readonly<Record<string, unknown>>;
};

/**
 * Reads a YAML file.
 * @param keys the allowed keys
 * @param flag the one that names the file, for messages
 * @throws UsageError (`NOWCAST_CONFIG`) with one line per problem: file, line, key, value, and the allowed values
 */
export async function loadConfig<S extends Keys>(
  keys: S,
  path: string,
  env: Environment,
  overrides?: Overrides,
  flag = '-c',
): Promise<LoadedConfig<S>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a folder'
          : `cannot be read (${code ?? String(cause)})`;
    throw new UsageError(`the config ${resolve(path)} ${why}; name a YAML file with ${flag}`, {
      cause,
      code: 'NOWCAST_CONFIG',
    });
  }
  return parseConfig(keys, configText(bytes, path), path, env, overrides);
}

function configText(bytes: Uint8Array, path: string): string {
  try {
    return utf8Text(bytes, `the config ${resolve(path)}`);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause, code: 'NOWCAST_CONFIG' });
  }
}

/**
 * Checks the text of a configuration file.
 * @param path of the file, which is not read
 * @throws UsageError as {@link loadConfig}
 */
export function parseConfig<S extends Keys>(
  keys: S,
  text: string,
  path: string,
  env: Environment,
  overrides?: Overrides,
): LoadedConfig<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const problems = problemsOfYaml(document, path, lines);
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { code: 'NOWCAST_CONFIG' });
  const secrets = new Set<string>();
  visit(document, {
    Scalar(position, node, above) {
      if (position === 'key' || typeof node.value !== 'string') return;
      const key = above.flatMap((one) => (isPair(one) ? [String(one.key)] : [])).join('.') || 'the value';
      const where = `${path}:${lines.linePos(node.range?.[0] ?? 0).line}: ${key}`;
      node.value = substitute(node.value, env, where, (value) => secrets.add(value));
    },
  });
  checkReferences(document, path, lines);
  // A section without content means the same as no section.
  const content = contentOf(document, path);
  const input =
    typeof content === 'object' && content !== null && !Array.isArray(content)
      ? Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null))
      : (content ?? {});
  if (typeof input !== 'object' || Array.isArray(input)) {
    throw new UsageError(
      `${path} holds ${Array.isArray(input) ? 'a list' : 'one plain value'}; it must hold keys such as ${someOf(keys)}`,
      { code: 'NOWCAST_CONFIG' },
    );
  }
  const overridden = new Map(Object.entries(overrides?.values ?? {}));
  const given = [...overridden].reduce<Readonly<Record<string, unknown>>>(
    (all, [key, value]) => withValue(all, key.split('.'), value),
    input as Readonly<Record<string, unknown>>,
  );
  const former = formerNames(keys).filter(({ from }) => valueAt(given, from) !== undefined);
  const isOverridden = (at: readonly PropertyKey[]): boolean =>
    at.some((_, i) => overridden.has(dotted(at.slice(0, i + 1))));
  const placeOf: Locate = (at) =>
    isOverridden(at)
      ? `${overrides?.flag} ${dotted(at)}`
      : `${path}:${lines.linePos(offsetOf(document, at)).line}: ${dotted(at)}`;
  for (const { from, to } of former)
    if (valueAt(given, to) !== undefined)
      throw new UsageError(
        `${placeOf(from)} is the former name of ${dotted(to)}, which is set too; remove ${dotted(from)}`,
        {
          code: 'NOWCAST_CONFIG',
        },
      );
  const folder = resolve(dirname(path));
  const settings = anchoredTexts(keys, former.reduce(moved, given), folder);
  // A problem is named as the file has it.
  const locate: Locate = (at) => placeOf(former.find(({ to }) => dotted(to) === dotted(at))?.from ?? at);
  return {
    settings: checkSettings(keys, settings, locate, secrets),
    folder,
    secrets: [...secrets],
    placeOf(at, isExact) {
      const own = former.find(({ to }) => dotted(to) === dotted(at))?.from ?? at;
      const least = isExact || own.length === 1 ? own : own.slice(0, -1);
      if (isOverridden(own) || keyAt(keys, at) === undefined || valueAt(input, least) === undefined) return undefined;
      return `${path}:${lines.linePos(offsetOf(document, own)).line}`;
    },
    warnings: former.map(({ from, to }) => `${placeOf(from)} is now called ${dotted(to)}; please rename it`),
  };
}

/**
 * Refuses references (`*name`) to nothing and to the section around them. A person who writes a password that begins
 * with an asterisk means none.
 */
function checkReferences(document: Document, name: string, lines: LineCounter): void {
  visit(document, {
    Alias(_, alias) {
      const target = alias.resolve(document);
      const [from = 0] = alias.range ?? [];
      const isInside = target?.range && target.range[0] <= from && from < target.range[2];
      if (target !== undefined && !isInside) return;
      const why = isInside ? 'stands inside what it refers to' : `refers to "&${alias.source}", which is not before it`;
      throw new UsageError(
        `${name}:${lines.linePos(from).line}: "*${alias.source}" ${why}; put a value that begins with an asterisk in quotes`,
        { code: 'NOWCAST_CONFIG' },
      );
    },
  });
}

/** @throws UsageError if the document's references multiply it beyond measure */
function contentOf(document: Document, name: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // The only cause left: https://eemeli.org/yaml/#tojs-options, `maxAliasCount`.
    if (!(cause instanceof ReferenceError)) throw cause;
    throw new UsageError(`${name} repeats its sections too often by references (*name); write them out`, {
      cause,
      code: 'NOWCAST_CONFIG',
    });
  }
}

function someOf(keys: Keys): string {
  const names = Object.keys(keys).slice(0, 3);
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

/** The place of the key at `path` in the text, or of the nearest enclosing section if the key is missing. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const section = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const wanted = path[length - 1];
    if (isMap(section)) {
      const pair = section.items.find(({ key }) => isScalar(key) && String(key.value) === String(wanted));
      if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    const item = document.getIn(path.slice(0, length), true);
    if (isNode(item)) return item.range?.[0] ?? 0;
  }
  return 0;
}

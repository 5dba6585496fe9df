import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { UsageError } from '../core/errors.js';
import { substitute, type Environment } from './environment.js';
import { checkSettings, dotted, type Locate } from './problems.js';
import type { Settings } from './schema.js';

/** A configuration file, read and checked. */
export type LoadedConfig = {
  readonly settings: Settings;
  /** The file's folder, absolute; relative paths in it start there. */
  readonly folder: string;
  /** Values that came from the environment and must not be shown. */
  readonly secrets: readonly string[];
};

/**
 * Reads a YAML file.
 * @throws UsageError (`NOWCAST_CONFIG`) with one line a problem: file, line, key, value, and what is allowed
 */
export async function loadConfig(path: string, env: Environment): Promise<LoadedConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code ?? String(cause)})`;
    throw new UsageError(`the config ${resolve(path)} ${why}; name a YAML file with -c`, { cause, code: 'NOWCAST_CONFIG' });
  }
  return { ...parseConfig(text, path, env), folder: resolve(dirname(path)) };
}

/**
 * Checks the text of a configuration file.
 * @param name the file's name, for messages
 * @throws UsageError as {@link loadConfig}
 */
export function parseConfig(text: string, name: string, env: Environment): Omit<LoadedConfig, 'folder'> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  if (document.errors.length > 0) {
    throw new UsageError(document.errors.map(({ pos, message }) => `${name}:${lines.linePos(pos[0]).line}: not YAML: ${message}`).join('\n'), { code: 'NOWCAST_CONFIG' });
  }
  const secrets = new Set<string>();
  visit(document, {
    Scalar(position, node) {
      if (position === 'key' || typeof node.value !== 'string') return;
      const where = `${name}:${lines.linePos(node.range?.[0] ?? 0).line}: the value`;
      node.value = substitute(node.value, env, where, (value) => secrets.add(value));
    },
  });
  // A section that is written but left empty means the same as one that is not there.
  const content = document.toJS() as unknown;
  const input = typeof content === 'object' && content !== null && !Array.isArray(content)
    ? Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null))
    : content ?? {};
  if (typeof input !== 'object' || Array.isArray(input)) {
    throw new UsageError(`${name} holds ${Array.isArray(input) ? 'a list' : 'one plain value'}; it must hold keys such as cameras, model and detect`, { code: 'NOWCAST_CONFIG' });
  }
  const locate: Locate = (path) => `${name}:${lines.linePos(offsetOf(document, path)).line}: ${dotted(path)}`;
  return { settings: checkSettings(input, locate, secrets), secrets: [...secrets] };
}

/** Where the key at `path` stands in the text, or the nearest section around it where it is missing. */
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

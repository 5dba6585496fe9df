import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** A reference answer: a folder, or a single JSON file. */
export type ParityCase = { readonly name: string; readonly path: string };

const parityDir = [process.env['NOWCAST_PARITY_DIR'], '../shared/parity', 'test/fixtures/parity'].find(
  (dir): dir is string => dir !== undefined && existsSync(dir),
);
const realDir = process.env['NOWCAST_REAL_DIR'] ?? '../shared/real';

/** Every folder or JSON file below the parity folder whose name starts with `prefix`. */
export function parityCases(prefix: string): ParityCase[] {
  if (parityDir === undefined) return [];
  const found: ParityCase[] = [];
  const walk = (dir: string): void => {
    for (const entry of readdirSync(dir).sort()) {
      const path = join(dir, entry);
      const isFolder = statSync(path).isDirectory();
      if (entry.startsWith(prefix) && (isFolder || entry.endsWith('.json')))
        found.push({ name: basename(entry, '.json'), path: resolve(path) });
      else if (isFolder) walk(path);
    }
  };
  walk(parityDir);
  return found;
}

/** Real weights and clips in their place; undefined if this machine has none. */
export function realFile(name: string): string | undefined {
  const path = resolve(realDir, name);
  return existsSync(path) ? path : undefined;
}

/** A parsed JSON file, untyped: tests state the expected type. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

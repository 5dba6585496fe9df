import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../config/environment.js';
import { packageRoot } from '../core/package-root.js';

/** The path of a file of this package, such as `docs/demo.md`. */
export function packageFile(name: string): string {
  return fileURLToPath(new URL(name, packageRoot));
}

let version: string | undefined;

/** The version in `package.json`. It is read once: the report of a failure must not open a file. */
export function packageVersion(): string {
  return (version ??= (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version);
}

/**
 * Folder of downloaded and prepared models: `NOWCAST_CACHE`, else `XDG_CACHE_HOME/nowcast`, else `~/.cache/nowcast`.
 * The XDG specification says to ignore a relative `XDG_CACHE_HOME`.
 */
export function cacheDir(env: Environment, home: string = homedir()): string {
  if (env['NOWCAST_CACHE']) return resolve(env['NOWCAST_CACHE']);
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.cache'), 'nowcast');
}

/**
 * File in which a service keeps what people changed while it ran; one for each configuration. In the first folder of
 * `STATE_DIRECTORY`, which systemd sets, else in `XDG_STATE_HOME/nowcast`, else in `~/.local/state/nowcast`.
 * @param config absolute path of the configuration
 */
export function stateFile(config: string, env: Environment, home: string = homedir()): string {
  const [given] = env['STATE_DIRECTORY']?.split(':') ?? [];
  const xdg = env['XDG_STATE_HOME'];
  const folder =
    given !== undefined && isAbsolute(given)
      ? given
      : join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.local', 'state'), 'nowcast');
  const name = createHash('sha256').update(config).digest('hex').slice(0, 16);
  return join(folder, `switches-${name}.json`);
}

/** File in which a service keeps the objects that it has seen, beside that of its state. */
export function objectsFile(state: string): string {
  return `${state.replace(/\.json$/, '')}.objects.jsonl`;
}

/** The user's own zoo of models, in the format of `configs/zoo.yaml`. */
export function ownZoo(env: Environment): string | undefined {
  return env['NOWCAST_ZOO'] ? resolve(env['NOWCAST_ZOO']) : undefined;
}

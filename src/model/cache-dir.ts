import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where downloaded models, edited models and measured choices are kept: `NOWCAST_CACHE_DIR`, else the system's place
 * for caches.
 */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform, home = homedir()): string {
  const { NOWCAST_CACHE_DIR: own, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = env;
  if (own !== undefined && own !== '') return own;
  if (platform === 'win32') return join(local ?? join(home, 'AppData', 'Local'), 'nowcast');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'nowcast');
  // The XDG specification: a relative path is to be ignored.
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.cache'), 'nowcast');
}

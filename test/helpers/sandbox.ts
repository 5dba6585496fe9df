import { spawnSync } from 'node:child_process';
import { NEEDS_FFMPEG } from './clips.js';

const ALL = ['--user', '--map-root-user', '--mount', '--net', '--', 'setpriv', '--bounding-set', '-all', 'true'];

/** What the cage of ffmpeg needs of a machine. */
export const NEEDS_SANDBOX = {
  ...NEEDS_FFMPEG,
  namespaces: process.platform === 'linux' && spawnSync('unshare', ALL, { stdio: 'ignore' }).status === 0,
} as const;

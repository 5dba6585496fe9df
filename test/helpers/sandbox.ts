import { spawnSync } from 'node:child_process';
import { NEEDS_FFMPEG } from './clips.js';

const ALL = ['--user', '--map-root-user', '--mount', '--net', '--', 'setpriv', '--bounding-set', '-all', 'true'];

/** What the cage of ffmpeg needs of a machine. */
export const NEEDS_SANDBOX = {
  ...NEEDS_FFMPEG,
  namespaces: process.platform === 'linux' && spawnSync('unshare', ALL, { stdio: 'ignore' }).status === 0,
} as const;

/** Runs its arguments where no program may create a namespace of users. */
export const NO_NAMESPACES = [
  ...['unshare', '--user', '--map-root-user', 'sh', '-c'],
  ...['echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"', 'sh'],
];

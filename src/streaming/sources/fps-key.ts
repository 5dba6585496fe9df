import type { Key } from '../../core/keys.js';

/** The rate of sources that have none of their own. */
export const FPS_KEY = {
  type: 'number',
  above: 0,
  max: 1000,
  flag: '--fps <number>',
  description: 'Pictures a second of a folder, a pattern or a list of pictures, and of a synthetic drive.',
  default: 30,
} as const satisfies Key;

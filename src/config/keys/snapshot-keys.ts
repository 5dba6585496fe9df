import type { Key, Keys } from '../../core/keys.js';
import { retentionKeys } from './retention-keys.js';

/** The way in which objects are pictured; a camera may have its own. */
const pictureKeys = {
  enabled: {
    type: 'boolean',
    description: 'Take a picture of each object, and a better one when it shows more of itself.',
    default: true,
  },
  crop: {
    type: 'boolean',
    description: 'Cut the picture to the object, with a margin, instead of taking all of it.',
    default: true,
  },
  height: {
    type: 'number',
    isInteger: true,
    min: 16,
    max: 16_384,
    description: 'Greatest height of the picture in pixels; a higher one is scaled down.',
    defaultRule: "the camera's resolution",
  },
  quality: {
    type: 'number',
    isInteger: true,
    min: 1,
    max: 100,
    description: 'Quality of the JPEG.',
    default: 85,
  },
} as const satisfies Keys;

/** The keys of `snapshots`. */
export const snapshotsKeys = {
  folder: {
    type: 'file',
    description:
      'Folder for the pictures, one folder a camera inside. Without it, the newest ones stay in memory until the service ends.',
    allowed: 'a folder to write',
  },
  ...retentionKeys(1000),
  ...pictureKeys,
} as const satisfies Keys;

/** The keys of a camera's own `snapshots`. */
export const cameraSnapshotKeys = Object.fromEntries(
  Object.entries<Key>(pictureKeys).map(([name, key]): [string, Key] => {
    const { default: _default, defaultRule: _rule, ...own } = key;
    return [name, { ...own, defaultRule: `\`snapshots.${name}\`` }];
  }),
) as typeof pictureKeys;

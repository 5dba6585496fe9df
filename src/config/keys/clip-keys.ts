import type { Keys } from '../../core/keys.js';
import { retentionKeys } from './retention-keys.js';

/** The keys of `clips`. */
export const clipsKeys = {
  folder: {
    type: 'file',
    required: true,
    description: 'Folder for the clips, one folder a camera inside.',
    allowed: 'a folder to write',
  },
  cameras: {
    type: 'list',
    description: 'Cameras of whose objects clips are kept.',
    allowed: 'a list of names',
    defaultRule: 'all with objects',
  },
  pre_roll: {
    type: 'duration',
    description: 'Time before an object; the clip begins at the key picture before. It waits in memory.',
    default: '5s',
  },
  post_roll: { type: 'duration', description: 'Time after the last object has gone.', default: '5s' },
  max_length: {
    type: 'duration',
    description: 'A longer clip ends; an object that then moves begins another one.',
    default: '2m',
  },
  ...retentionKeys(10_000),
} as const satisfies Keys;

/** The keys of `record`. */
export const recordKeys = {
  folder: {
    type: 'file',
    required: true,
    description: 'Folder for the videos, one folder a camera inside.',
    allowed: 'a folder to write',
  },
  cameras: {
    type: 'list',
    description: 'Cameras whose video is kept.',
    allowed: 'a list of names',
    defaultRule: 'all',
  },
  segment: {
    type: 'duration',
    description: 'Length of a file; the next one begins at a key picture.',
    default: '5m',
  },
  ...retentionKeys(50_000),
} as const satisfies Keys;

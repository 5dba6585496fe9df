import type { Keys } from '../../core/keys.js';
import { PACES } from '../../core/pace.js';

/** The keys at the top: the run's pace, its end and its rules about losses. */
export const endKeys = {
  pace: {
    type: 'choice',
    values: PACES,
    flag: '--pace <source|max>',
    description: 'Play files in real time (`source`), or read them as fast as possible (`max`).',
    default: 'source',
  },
  max_frames: {
    type: 'number',
    isInteger: true,
    min: 1,
    flag: '--max-frames <n>',
    description: 'End the run after this many received frames.',
    defaultRule: 'no limit',
  },
  duration: {
    type: 'duration',
    flag: '--duration <duration>',
    description: 'End the run after this time.',
    defaultRule: 'no limit',
  },
  wait: {
    type: 'boolean',
    flag: '--wait',
    description:
      'Wait for a camera that is not up yet and try it until it answers. Without it, a run of one camera ends; a run of several waits in any case.',
    default: false,
  },
  state: {
    type: 'file',
    description: 'File in which `nowcast serve` keeps the positions of its switches.',
    defaultRule: 'one for each configuration, in `$STATE_DIRECTORY` or `~/.local/state/nowcast`',
  },
  strict: {
    type: 'boolean',
    flag: '--strict',
    description:
      'Exit with 1 if anything is lost: a damaged frame, a picture that cannot be read, a frame that the detector lost.',
    default: false,
  },
} as const satisfies Keys;

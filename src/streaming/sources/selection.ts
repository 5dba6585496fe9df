import type { Keys, SettingsOf } from '../../core/keys.js';

/** Keys that choose among the pictures of a source. A kind of source takes those that make sense for it. */
export const SELECTION_KEYS = {
  stream: {
    type: 'number',
    isInteger: true,
    min: 0,
    flag: '--stream <n>',
    description:
      'Number of the video stream to play, of a file with several; they count from 0, without cover pictures.',
    defaultRule: 'the largest one',
  },
} as const satisfies Keys;

/** The pictures of a source that a run plays. */
export type Selection = {
  /** Number among the video streams; undefined for the best one. */
  readonly stream?: number | undefined;
};

/** @param settings of a source; keys that its kind does not have are absent */
export function selectionOf(settings: Readonly<Record<string, unknown>>): Selection {
  const { stream } = settings as SettingsOf<typeof SELECTION_KEYS>;
  return { stream };
}

import type { ConnectionEnd } from './connection.js';

/** Waits between attempts to reach a camera: each delay this many times, the last one without limit. */
export type ReconnectLadder = readonly { readonly delayMs: number; readonly times: number }[];

/** Short while the camera may be restarting, long when it stays away. */
export const RECONNECT_LADDER: ReconnectLadder = [
  { delayMs: 1_000, times: 5 },
  { delayMs: 5_000, times: 5 },
  { delayMs: 10_000, times: 10 },
  { delayMs: 60_000, times: Infinity },
];

/** A connection that streamed for this long was good: the next failure restarts the ladder. */
export const STABLE_AFTER_MS = 10_000;

const JITTER = 0.2;

/** Listening for packets, and opening a device of this machine: these burden no other machine. */
const COSTS_NOBODY = /^(?:udp:\/\/|\/dev\/)/i;

/**
 * The number of consecutive failed attempts after this connection: those that burdened the camera. A connection that
 * was open and silent until the timeout has itself been the wait.
 * @param streamedMs from its first frame to its last; 0 without frames
 */
export function failuresAfter(
  failures: number,
  url: string,
  { streamedMs, gaveUp }: Pick<ConnectionEnd, 'streamedMs' | 'gaveUp'>,
): number {
  return COSTS_NOBODY.test(url) || gaveUp === 'silent' || streamedMs >= STABLE_AFTER_MS ? 1 : failures + 1;
}

/**
 * The wait after this many consecutive failures, within 20 % of the ladder's step, so that cameras that were lost
 * together do not all come back at the same moment.
 * @param failures at least 1
 * @param random uniform in [0, 1)
 */
export function reconnectDelayMs(failures: number, random: () => number, ladder = RECONNECT_LADDER): number {
  let beyond = failures;
  const step =
    ladder.find(({ times }) => {
      beyond -= times;
      return beyond <= 0;
    }) ?? ladder[ladder.length - 1];
  return step.delayMs * (1 + JITTER * (2 * random() - 1));
}

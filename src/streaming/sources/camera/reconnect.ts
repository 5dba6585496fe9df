import type { ConnectionEnd } from './connection.js';

/** Waiting times between attempts to reach a camera: each delay so many times, the last one for ever. */
export type ReconnectLadder = readonly { readonly delayMs: number; readonly times: number }[];

/** Quick while the camera may be restarting, patient when it is gone for long. */
export const RECONNECT_LADDER: ReconnectLadder = [
  { delayMs: 1_000, times: 5 },
  { delayMs: 5_000, times: 5 },
  { delayMs: 10_000, times: 10 },
  { delayMs: 60_000, times: Infinity },
];

/** A connection that streamed this long was a good one: the next failure starts at the foot of the ladder. */
export const STABLE_AFTER_MS = 10_000;

const JITTER = 0.2;

/** Listening for what comes, and opening a device of this machine: nobody has to be spared that. */
const COSTS_NOBODY = /^(?:udp:\/\/|\/dev\/)/i;

/**
 * How many attempts in a row have failed, once this connection is over: those that were a burden on the camera.
 * One that was open and silent until patience ended has itself been the wait.
 * @param streamedMs from its first frame to its last; 0 where none came
 */
export function failuresAfter(failures: number, url: string, { streamedMs, gaveUp }: Pick<ConnectionEnd, 'streamedMs' | 'gaveUp'>): number {
  return COSTS_NOBODY.test(url) || gaveUp === 'silent' || streamedMs >= STABLE_AFTER_MS ? 1 : failures + 1;
}

/**
 * How long to wait after so many failures in a row, within 20 % of the ladder's step, so that cameras that were lost
 * together do not all come back in the same moment.
 * @param failures at least 1
 * @param random uniform in [0, 1)
 */
export function reconnectDelayMs(failures: number, random: () => number, ladder = RECONNECT_LADDER): number {
  let beyond = failures;
  const step = ladder.find(({ times }) => {
    beyond -= times;
    return beyond <= 0;
  }) ?? ladder[ladder.length - 1];
  return step.delayMs * (1 + JITTER * (2 * random() - 1));
}

import type { SenderReport } from '../../../../core/coded-unit.js';

/**
 * The state of a connection. `silent`: nothing comes. `frozen`: packets come, but no due pictures. `slow`: pictures are
 * rare, at the camera's own pace. `waiting`: the first picture has not come yet.
 */
export type Liveness = {
  readonly state: 'live' | 'waiting' | 'slow' | 'frozen' | 'silent';
  /** True if the connection is unusable. */
  readonly giveUp: boolean;
  /** In plain words. */
  readonly reason: string;
};

export type LivenessOptions = {
  /** A connection without a packet, or without a due picture, is closed after this time. */
  readonly timeoutMs: number;
  /** The first picture waits for a key picture. */
  readonly firstPictureTimeoutMs: number;
};

export type LivenessWatch = {
  /** Any packet. */
  alive(atMs: number): void;
  /** @param mediaMs on the sender's media clock */
  picture(atMs: number, mediaMs: number): void;
  report(report: SenderReport): void;
  /** The longest time to the next picture: a slow camera gets more than `timeoutMs`. */
  patienceMs(): number;
  /** The state at the given time. */
  at(atMs: number): Liveness;
};

const MEMORY = 9;
/** A picture is due after this many of the usual intervals. */
const DUE_INTERVALS = 3;

/** Watches one connection, from its start. */
export function livenessWatch(
  openedAtMs: number,
  { timeoutMs, firstPictureTimeoutMs }: LivenessOptions,
): LivenessWatch {
  let aliveAtMs = openedAtMs;
  let picture: { readonly atMs: number; readonly mediaMs: number } | undefined;
  let newestReport: SenderReport | undefined;
  let steps: number[] = [];

  const noteSign = (atMs: number): void => {
    aliveAtMs = Math.max(aliveAtMs, atMs);
  };
  /** By the sender's clock, which a slow link does not stretch. */
  const usualMs = (): number => (steps.length === 0 ? 0 : [...steps].sort((a, b) => a - b)[steps.length >> 1]);
  const patienceMs = (): number => Math.max(timeoutMs, DUE_INTERVALS * usualMs());
  return {
    alive: noteSign,
    picture: (atMs, mediaMs) => {
      noteSign(atMs);
      if (picture !== undefined) {
        const mediaStepMs = mediaMs - picture.mediaMs;
        const arrivalStepMs = atMs - picture.atMs;
        // A media clock that was set, or that goes back for a B-picture, gives no interval; arrivals do.
        const stepMs = mediaStepMs > 0 && mediaStepMs < 2 * arrivalStepMs + 1_000 ? mediaStepMs : arrivalStepMs;
        steps = [...steps, stepMs].slice(-MEMORY);
      }
      picture = { atMs, mediaMs };
    },
    report: (report) => {
      noteSign(report.arrivedAtMs);
      newestReport = report;
    },
    patienceMs,
    at: (atMs) => {
      const quietMs = atMs - aliveAtMs;
      const hasPicture = picture !== undefined;
      const quietLimitMs = hasPicture ? patienceMs() : Math.max(timeoutMs, firstPictureTimeoutMs);
      if (quietMs >= quietLimitMs)
        return {
          state: 'silent',
          giveUp: true,
          reason: `the camera is connected, but has sent nothing for ${seconds(quietMs)}`,
        };
      if (picture === undefined) {
        const waitedMs = atMs - openedAtMs;
        const giveUp = waitedMs >= firstPictureTimeoutMs;
        return {
          state: giveUp ? 'frozen' : 'waiting',
          giveUp,
          reason: `no picture for ${seconds(waitedMs)}: the camera is connected, and ${aliveAtMs > openedAtMs ? 'sends packets without one' : 'silent'}`,
        };
      }
      const missedMs = atMs - picture.atMs;
      if (missedMs >= patienceMs()) {
        const passedMs = newestReport === undefined ? undefined : newestReport.mediaMs - picture.mediaMs;
        const clock =
          passedMs === undefined || passedMs < 0
            ? ''
            : passedMs >= missedMs / 2
              ? '; its clock goes on'
              : '; its clock stands, too';
        return {
          state: 'frozen',
          giveUp: true,
          reason: `no picture for ${seconds(missedMs)}, although packets arrive: the camera is frozen${clock}`,
        };
      }
      if (usualMs() >= timeoutMs / DUE_INTERVALS)
        return {
          state: 'slow',
          giveUp: false,
          reason: `a picture every ${seconds(usualMs())}, as the camera sends them`,
        };
      return { state: 'live', giveUp: false, reason: 'pictures come' };
    },
  };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

import type { UntimedArrival } from '../../../../core/coded-unit.js';
import { upperMedian } from '../../../../core/quantile.js';
import type { CaptureEstimate } from './capture-clock.js';

export type UntimedPicture = UntimedArrival & {
  /** Arrival time of its last byte. */
  readonly arrivedAtMs: number;
};

/** Estimates the capture times of pictures without times, from their arrivals. */
export type ArrivalClock = {
  newConnection(): void;
  /** In the order of arrival. */
  arrived(picture: UntimedPicture): CaptureEstimate;
};

/**
 * The age of a first picture is unknown; for pictures without pauses between them, only the finite size of buffers
 * bounds it.
 */
const UNSEEN_MS = 10_000;
/** Arrivals show neither timer delays nor the packets before the first byte. */
const LEAST_MS = 10;
/** A connection that was idle for this part of the time between two pictures had nothing left to deliver. */
const REST = 0.3;
const LEAST_REST_MS = 2;
/**
 * A queue is delivered in pieces, with pauses between them, but faster than its pictures were taken. A single step of
 * usual pace is longer than this part of the usual one…
 */
const SHORTEST = 0.7;
/** …and the mean of a run of steps longer than this part. */
const SHORT = 0.85;
const RUN = 3;
const MEMORY = 24;
/** With fewer pictures, their usual interval is unknown. */
const LEAST_STEPS = 2;
/**
 * While the machine is starting, the first pauses of a connection may be too short: until this many have been seen,
 * short ones count too.
 */
const LEARNED_STEPS = 8;

/**
 * A picture was taken before its first byte came. If the connection was idle before, it was taken just before, because
 * nothing waited ahead of it. If pictures come back to back, all may have waited since the connection was last idle; a
 * link slower than the stream is never idle. An unusually long pause may itself have been a stall that delayed the
 * picture after it, but at most since the previous picture was taken. Pictures that waited in a stall follow each other
 * unusually fast. The variation of arrivals is added.
 */
export function arrivalClock(): ArrivalClock {
  let last: { readonly arrivedAtMs: number; readonly takenAfterMs: number } | undefined;
  /** Between pictures that did not wait. */
  let steps: number[] = [];
  /** Between the latest of all, each limited to the usual interval. */
  let latest: number[] = [];
  /** The time since which pictures have come back to back, and the longest possible wait of the first of them. */
  let busySinceMs = 0;
  let waitedMs = UNSEEN_MS;

  /** The longest possible wait of a picture before its first byte came. */
  const heldMs = (beganAtMs: number, arrivedAtMs: number, jitterMs: number): number => {
    if (last === undefined) {
      [busySinceMs, waitedMs] = [beganAtMs, UNSEEN_MS];
      return UNSEEN_MS;
    }
    const stepMs = arrivedAtMs - last.arrivedAtMs;
    const sinceLastMs = beganAtMs - last.takenAfterMs;
    const usualMs = steps.length < LEAST_STEPS ? undefined : upperMedian(steps);
    latest = [...latest, Math.min(stepMs, usualMs ?? stepMs)].slice(-RUN);
    if (beganAtMs - last.arrivedAtMs >= Math.max(LEAST_REST_MS, REST * stepMs)) {
      // No queue is this long: the camera has become faster.
      if (beganAtMs - busySinceMs > UNSEEN_MS) steps = [];
      if (usualMs === undefined || stepMs - usualMs > Math.max(LEAST_MS, 2 * jitterMs)) {
        [busySinceMs, waitedMs, latest] = [beganAtMs, sinceLastMs, []];
        steps = [...steps, stepMs].slice(-MEMORY);
      } else if (latest.length === RUN && stepMs >= SHORTEST * usualMs && mean(latest) >= SHORT * usualMs) {
        [busySinceMs, waitedMs] = [beganAtMs, 0];
        steps = [...steps, stepMs].slice(-MEMORY);
      } else if (steps.length < LEARNED_STEPS) steps = [...steps, stepMs];
    }
    return Math.min(sinceLastMs, Math.max(waitedMs, Math.min(UNSEEN_MS, waitedMs + beganAtMs - busySinceMs)));
  };

  return {
    newConnection: () => {
      last = undefined;
      [steps, latest] = [[], []];
    },
    arrived: ({ beganAtMs, arrivedAtMs, takenAfterMs = -Infinity }) => {
      if (beganAtMs === undefined)
        return { capturedAtMs: arrivedAtMs, captureClock: 'arrival', uncertaintyMs: UNSEEN_MS, leastAgeMs: 0 };
      const jitterMs = jitterOf(steps);
      const boundMs =
        takenAfterMs > -Infinity ? Math.max(0, beganAtMs - takenAfterMs) : heldMs(beganAtMs, arrivedAtMs, jitterMs);
      last = { arrivedAtMs, takenAfterMs: beganAtMs - boundMs };
      return {
        capturedAtMs: beganAtMs,
        captureClock: 'arrival',
        uncertaintyMs: LEAST_MS + jitterMs + boundMs,
        leastAgeMs: Math.max(0, arrivedAtMs - beganAtMs),
      };
    },
  };
}

/** The difference between arrivals' intervals and the usual one, without the worst tenth. */
function jitterOf(steps: readonly number[]): number {
  if (steps.length === 0) return 0;
  const usualMs = upperMedian(steps);
  const sorted = steps.map((step) => Math.abs(step - usualMs)).sort((a, b) => a - b);
  return sorted[Math.floor(0.9 * (sorted.length - 1))];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import type { UntimedArrival } from '../../../core/coded-unit.js';
import type { CaptureEstimate } from './capture-clock.js';

export type UntimedPicture = UntimedArrival & {
  /** When its last byte arrived. */
  readonly arrivedAtMs: number;
};

/** Tells when pictures without times were taken, as far as their arrival shows. */
export type ArrivalClock = {
  newConnection(): void;
  /** In the order of arrival. */
  arrived(picture: UntimedPicture): CaptureEstimate;
};

/** Nothing is known of a first picture, and of those that come without a pause no more than that buffers are finite. */
const UNSEEN_MS = 10_000;
/** Arrivals do not show timers, nor the packets before the first byte. */
const LEAST_MS = 10;
/** A connection that was at rest for this part of the time between two pictures had nothing left to carry. */
const REST = 0.3;
const LEAST_REST_MS = 2;
/**
 * A queue is delivered in pieces, with rests between, but quicker than its pictures were taken. A single step of usual pace is
 * longer than this part of the usual one…
 */
const SHORTEST = 0.7;
/** …and the mean of a run of steps longer than this part. */
const SHORT = 0.85;
const RUN = 3;
const MEMORY = 24;
/** Before so many it is not known how often pictures come. */
const LEAST_STEPS = 2;
/** The first of a connection may be of a machine that is busy with starting: until there are so many, short ones count too. */
const LEARNED_STEPS = 8;

/**
 * A picture was taken before its first byte came. It was taken just before where the connection had been at rest: then
 * nothing waited ahead of it. Where one picture comes on the heels of the other, all may have waited, since the connection
 * was last at rest; a link that is slower than the stream never is. A rest that is longer than usual may itself have been a
 * stall, in which the picture that ends it was held up; no longer, though, than since the picture before was taken. The
 * pictures that it held come sooner after each other than usual. How much arrivals vary is added.
 */
export function arrivalClock(): ArrivalClock {
  let last: { readonly arrivedAtMs: number; readonly takenAfterMs: number } | undefined;
  /** Between pictures of which none waited. */
  let steps: number[] = [];
  /** Between the latest of all, none counted for longer than usual. */
  let latest: number[] = [];
  /** Since when pictures have come on each other's heels, and how long the first of them may have waited. */
  let busySinceMs = 0;
  let waitedMs = UNSEEN_MS;

  /** How long a picture may have waited before its first byte came. */
  const heldMs = (beganAtMs: number, arrivedAtMs: number, jitterMs: number): number => {
    if (last === undefined) {
      [busySinceMs, waitedMs] = [beganAtMs, UNSEEN_MS];
      return UNSEEN_MS;
    }
    const stepMs = arrivedAtMs - last.arrivedAtMs;
    const sinceLastMs = beganAtMs - last.takenAfterMs;
    const usualMs = steps.length < LEAST_STEPS ? undefined : median(steps);
    latest = [...latest, Math.min(stepMs, usualMs ?? stepMs)].slice(-RUN);
    if (beganAtMs - last.arrivedAtMs >= Math.max(LEAST_REST_MS, REST * stepMs)) {
      // So long a queue there is not: the camera has become quicker.
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
      if (beganAtMs === undefined) return { capturedAtMs: arrivedAtMs, captureClock: 'arrival', uncertaintyMs: UNSEEN_MS, leastAgeMs: 0 };
      const jitterMs = jitterOf(steps);
      const boundMs = takenAfterMs > -Infinity ? Math.max(0, beganAtMs - takenAfterMs) : heldMs(beganAtMs, arrivedAtMs, jitterMs);
      last = { arrivedAtMs, takenAfterMs: beganAtMs - boundMs };
      return { capturedAtMs: beganAtMs, captureClock: 'arrival', uncertaintyMs: LEAST_MS + jitterMs + boundMs, leastAgeMs: Math.max(0, arrivedAtMs - beganAtMs) };
    },
  };
}

/** By how much the time between arrivals differs from the usual, all but the worst tenth. */
function jitterOf(steps: readonly number[]): number {
  if (steps.length === 0) return 0;
  const usualMs = median(steps);
  const sorted = steps.map((step) => Math.abs(step - usualMs)).sort((a, b) => a - b);
  return sorted[Math.floor(0.9 * (sorted.length - 1))];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

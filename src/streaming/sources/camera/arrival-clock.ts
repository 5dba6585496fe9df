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
/** What arrivals do not show: timers, and the packets before the first byte. */
const LEAST_MS = 10;
/** A connection that was at rest for this part of the time between two pictures had nothing left to carry. */
const REST = 0.3;
const LEAST_REST_MS = 2;
const MEMORY = 24;
/** Before so many it is not known how often pictures come. */
const LEAST_STEPS = 2;

/**
 * A picture was taken before its first byte came. It was taken just before where the connection had been at rest: then
 * nothing waited ahead of it. Where one picture comes on the heels of the other, all may have waited, since the connection
 * was last at rest; a link that is slower than the stream never is. A rest that is longer than usual may itself have been a
 * stall, in which the picture that ends it was held up; no longer, though, than since the picture before was taken. How
 * much arrivals vary is added.
 */
export function arrivalClock(): ArrivalClock {
  let last: { readonly arrivedAtMs: number; readonly takenAfterMs: number } | undefined;
  let steps: number[] = [];
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
    const isUsual = steps.length >= LEAST_STEPS && stepMs - median(steps) <= Math.max(LEAST_MS, 3 * jitterMs);
    const sinceLastMs = beganAtMs - last.takenAfterMs;
    if (beganAtMs - last.arrivedAtMs >= Math.max(LEAST_REST_MS, REST * stepMs)) {
      busySinceMs = beganAtMs;
      waitedMs = isUsual ? 0 : sinceLastMs;
    }
    return Math.min(sinceLastMs, Math.max(waitedMs, Math.min(UNSEEN_MS, waitedMs + beganAtMs - busySinceMs)));
  };

  return {
    newConnection: () => {
      last = undefined;
      steps = [];
    },
    arrived: ({ beganAtMs, arrivedAtMs, takenAfterMs = -Infinity }) => {
      if (beganAtMs === undefined) return { capturedAtMs: arrivedAtMs, captureClock: 'arrival', uncertaintyMs: UNSEEN_MS, leastAgeMs: 0 };
      const jitterMs = jitterOf(steps);
      const boundMs = takenAfterMs > -Infinity ? Math.max(0, beganAtMs - takenAfterMs) : heldMs(beganAtMs, arrivedAtMs, jitterMs);
      if (last !== undefined) steps = [...steps, arrivedAtMs - last.arrivedAtMs].slice(-MEMORY);
      last = { arrivedAtMs, takenAfterMs: beganAtMs - boundMs };
      return { capturedAtMs: beganAtMs, captureClock: 'arrival', uncertaintyMs: LEAST_MS + jitterMs + boundMs, leastAgeMs: Math.max(0, arrivedAtMs - beganAtMs) };
    },
  };
}

/** How much the time between arrivals varies, typically. */
function jitterOf(steps: readonly number[]): number {
  if (steps.length === 0) return 0;
  const usualMs = median(steps);
  return median(steps.map((step) => Math.abs(step - usualMs)));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

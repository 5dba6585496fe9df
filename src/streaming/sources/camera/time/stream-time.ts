import { upperMedian } from '../../../../core/quantile.js';
import type { CaptureEstimate } from './capture-clock.js';

/** A picture before its conversion to stream time. */
export type StreamUnit = {
  readonly mediaMs: number;
  readonly arrivedAtMs: number;
  readonly estimate: Pick<CaptureEstimate, 'capturedAtMs' | 'uncertaintyMs'>;
  /** True for the first of a connection: its media clock has no relation to the previous one. */
  readonly isNewConnection?: boolean;
  /** True if data was lost inside it or before it. */
  readonly hasLoss?: boolean;
  /** True if it may be shown before units that were sent earlier: a B-picture. */
  readonly mayGoBack?: boolean;
  /** True if its time is that of its arrival: it does not show whether the network held it. */
  readonly isUntimed?: boolean;
};

export type StreamTime = {
  /** Greater than any before; for a B-picture, between those of its neighbours. */
  readonly ptsMs: number;
  readonly gap?: StreamGap;
};

/** A time without pictures, on the monotonic clock; for `held` and `unclear`, the time without arrivals. */
export type StreamGap = {
  readonly fromMs: number;
  readonly toMs: number;
  /** `unclear`: the network delayed pictures, or the camera and its media clock stood still. */
  readonly cause: 'connection' | 'stood-still' | 'lost' | 'held' | 'unclear';
  readonly why: string;
};

export type StreamClock = {
  /** In the order of arrival, which is the order of decoding. */
  next(unit: StreamUnit): StreamTime;
};

/** The finest step in a recording. */
const STEP_MS = 0.001;
/** One second, minus the possible error of the times at its two ends. */
const LEAST_GAP_MS = 990;
const GAP_INTERVALS = 3;
/** Media time and capture time differ by more only if the media clock was set or stood still. */
const DEPARTS_MS = 250;
const MEMORY = 15;
/** Both clocks drift. */
const ANCHOR_GAIN = 0.01;
const REORDER_INTERVALS = 5;
/** B-pictures come right after the picture that they are shown before. */
const MOST_REORDERED = 8;

type Last = {
  readonly mediaMs: number;
  readonly ptsMs: number;
  readonly arrivedAtMs: number;
  readonly capturedAtMs: number;
};

/**
 * One time for a whole stream, which begins at 0. Its spacing is the media clock's, to the microsecond, as long as that
 * follows the time of capture. Across jumps, standstills and new connections, the difference of the capture times
 * replaces it.
 */
export function streamClock(): StreamClock {
  let last: Last | undefined;
  /** The latest by presentation, the reference for holes and steps. */
  let newest: Last | undefined;
  /**
   * The end of the stream before the latest picture: B-pictures are shown between the two, by the clock that was valid
   * then.
   */
  let before: { readonly ptsMs: number; readonly offsetMs: number } | undefined;
  let reorderedCount = 0;
  let offsetMs = 0;
  /** Time of capture minus stream time. */
  let anchorMs = 0;
  let steps: number[] = [];
  const given = new Set<number>();

  const intervalMs = (): number => (steps.length === 0 ? 0 : upperMedian(steps));
  const microseconds = (ms: number): number => Math.round(ms * 1_000);
  /** Each time is given once, at least a microsecond from every other. */
  const free = (ptsMs: number): number => {
    let us = Math.max(0, microseconds(ptsMs));
    while (given.has(us)) us += 1;
    given.add(us);
    if (given.size > 4 * MEMORY) given.delete(given.values().next().value!);
    return us / 1_000;
  };
  /** The stream time of a picture that is shown before `newest`, which was sent earlier; undefined for any other. */
  const reorderedMs = (unit: StreamUnit, { ptsMs }: Last, stepMs: number, usualMs: number): number | undefined => {
    if (unit.mayGoBack !== true || unit.isNewConnection === true) return undefined;
    if (before !== undefined && reorderedCount < MOST_REORDERED && (stepMs < 0 || stepMs > leastGapMs(usualMs))) {
      const shownMs = unit.mediaMs + before.offsetMs;
      if (shownMs > before.ptsMs && shownMs < ptsMs) return shownMs;
    }
    const isStepBack = stepMs < 0 && -stepMs <= Math.max(500, REORDER_INTERVALS * usualMs);
    return isStepBack ? unit.mediaMs + offsetMs : undefined;
  };
  /** Places a picture after `newest`, by the media clock as long as that follows the time of capture. */
  const advance = (unit: StreamUnit, newest: Last, stepMs: number, usualMs: number): number => {
    const { mediaMs, estimate } = unit;
    const isNewConnection = unit.isNewConnection === true;
    // Relative to the stream's time of capture so far, so that a loss that is proven late still counts.
    const departsMs = estimate.capturedAtMs - (mediaMs + offsetMs) - anchorMs;
    const isCertain = Math.abs(departsMs) > Math.max(DEPARTS_MS, estimate.uncertaintyMs + 20);
    const hasLeapt = stepMs > leastGapMs(usualMs) && departsMs < -DEPARTS_MS;
    const restarts = isNewConnection || stepMs <= 0 || hasLeapt;
    const follows = !restarts && !(isCertain && departsMs > 0);
    before = isNewConnection ? undefined : { ptsMs: newest.ptsMs, offsetMs };
    reorderedCount = 0;
    if (follows) steps = [...steps, stepMs].slice(-MEMORY);
    else {
      const passedMs = restarts ? estimate.capturedAtMs - newest.capturedAtMs : departsMs + stepMs;
      offsetMs = newest.ptsMs + Math.max(passedMs, STEP_MS) - mediaMs;
    }
    const ptsMs = free(Math.max(mediaMs + offsetMs, newest.ptsMs + STEP_MS));
    anchorMs =
      !follows || (isCertain && departsMs < 0)
        ? estimate.capturedAtMs - ptsMs
        : anchorMs + ANCHOR_GAIN * (Math.abs(departsMs) < DEPARTS_MS ? departsMs : 0);
    return ptsMs;
  };

  return {
    next: (unit) => {
      const { mediaMs, arrivedAtMs } = unit;
      const { capturedAtMs } = unit.estimate;
      if (newest === undefined || last === undefined) {
        offsetMs = -mediaMs;
        last = newest = { mediaMs, ptsMs: free(0), arrivedAtMs, capturedAtMs };
        anchorMs = capturedAtMs - newest.ptsMs;
        return { ptsMs: newest.ptsMs };
      }
      const stepMs = mediaMs - newest.mediaMs;
      const usualMs = intervalMs();
      const shownMs = reorderedMs(unit, newest, stepMs, usualMs);
      if (shownMs !== undefined) {
        const ptsMs = free(shownMs);
        reorderedCount += 1;
        last = { mediaMs, ptsMs, arrivedAtMs, capturedAtMs };
        return { ptsMs };
      }
      const gap = gapBefore(unit, newest, last, stepMs, usualMs);
      const ptsMs = advance(unit, newest, stepMs, usualMs);
      last = newest = { mediaMs, ptsMs, arrivedAtMs, capturedAtMs };
      return gap === undefined ? { ptsMs } : { ptsMs, gap };
    },
  };
}

function leastGapMs(intervalMs: number): number {
  return Math.max(LEAST_GAP_MS, GAP_INTERVALS * intervalMs);
}

/** Decides whether time passed without pictures for the sender, for us, or for both. */
function gapBefore(
  unit: StreamUnit,
  newest: Last,
  last: Last,
  stepMs: number,
  intervalMs: number,
): StreamGap | undefined {
  const leastMs = leastGapMs(intervalMs);
  const { capturedAtMs } = unit.estimate;
  const senderMs = capturedAtMs - newest.capturedAtMs;
  const oursMs = unit.arrivedAtMs - last.arrivedAtMs;
  const captured = { fromMs: newest.capturedAtMs, toMs: Math.max(newest.capturedAtMs, capturedAtMs) };
  if (unit.isNewConnection === true) {
    return senderMs < leastMs
      ? undefined
      : { ...captured, cause: 'connection', why: `no connection to the camera for ${seconds(senderMs)}` };
  }
  if (intervalMs === 0) return undefined;
  if (unit.isUntimed === true) return oursMs < leastMs ? undefined : unclear(unit, last);
  // A better estimate may move the time of capture; that alone is no hole.
  if (senderMs >= leastMs && (oursMs >= leastMs || stepMs >= leastMs)) {
    return unit.hasLoss === true
      ? { ...captured, cause: 'lost', why: `the network lost the pictures of ${seconds(senderMs)}` }
      : {
          ...captured,
          cause: 'stood-still',
          why: `the camera stood still for ${seconds(senderMs)}${stepMs < senderMs / 2 ? ', and its media clock with it' : ''}`,
        };
  }
  if (oursMs >= leastMs && unit.estimate.uncertaintyMs > (oursMs - senderMs) / 2) return unclear(unit, last);
  if (oursMs >= leastMs)
    return {
      fromMs: last.arrivedAtMs,
      toMs: unit.arrivedAtMs,
      cause: 'held',
      why: `the network held pictures back for ${seconds(oursMs)}`,
    };
  return undefined;
}

function unclear(unit: StreamUnit, last: Last): StreamGap {
  const why = `no pictures came for ${seconds(unit.arrivedAtMs - last.arrivedAtMs)}: the network held them back, or the camera stood still with its clock`;
  return { fromMs: last.arrivedAtMs, toMs: unit.arrivedAtMs, cause: 'unclear', why };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

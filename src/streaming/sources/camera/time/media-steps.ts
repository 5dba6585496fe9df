import { upperMedian } from '../../../../core/quantile.js';

/** The relation of a picture's media time to the previous one. */
export type MediaStep =
  | 'first'
  /** Time advanced by any amount; or a B-picture went back a little. */
  | 'steady'
  /** The media clock was set: it moved although no time passed. */
  | 'jump'
  /** The times stand still or are random: they carry no information. */
  | 'unusable';

export type MediaUnit = {
  readonly mediaMs: number;
  readonly arrivedAtMs: number;
  /** It may be shown before units that were sent earlier: a B-picture. */
  readonly mayGoBack: boolean;
};

export type MediaSteps = {
  /** @param earliestOffsetMs arrival minus media time of an undelayed picture, if known */
  next(unit: MediaUnit, earliestOffsetMs?: number): MediaStep;
  newConnection(): void;
  /** The usual time between pictures by the media clock, or by arrivals where it is unusable. */
  intervalMs(): number;
  /** The largest step back of pictures against an earlier one. */
  reorderMs(): number;
  /** Pictures come regularly, but their media times do not: by this much, typically. */
  stampJitterMs(): number;
};

const MEMORY = 24;
/** No picture can come this much too early for its media time. */
const TOO_EARLY_MS = 150;
/** A larger jump needs no other evidence: no picture is delayed for so long. */
const BEYOND_WAITING_MS = 60_000;
/** A smaller step back is within the error of every estimate here. */
const LEAST_STEP_BACK_MS = 50;
const STILL_UNITS = 5;
const FIRST_INTERVAL_MS = 67;

type TimedPicture = {
  readonly mediaMs: number;
  readonly stepMs: number;
  readonly elapsedMs: number;
  readonly isOdd: boolean;
};

export function mediaSteps(): MediaSteps {
  let last: { readonly mediaMs: number; readonly arrivedAtMs: number } | undefined;
  let highestMs = -Infinity;
  let recent: TimedPicture[] = [];
  let intervalMs = FIRST_INTERVAL_MS;
  let isUnusable = false;

  const jumps = ({ mediaMs, arrivedAtMs, mayGoBack }: MediaUnit, earliestOffsetMs = -Infinity): boolean => {
    // Inexact stamps vary by less.
    if (!mayGoBack && mediaMs < last!.mediaMs - Math.max(LEAST_STEP_BACK_MS, 0.25 * intervalMs)) return true;
    if (mediaMs < highestMs - Math.max(500, 5 * intervalMs)) return true;
    const aheadMs = mediaMs - last!.mediaMs - (arrivedAtMs - last!.arrivedAtMs);
    if (aheadMs > BEYOND_WAITING_MS) return true;
    return aheadMs > Math.max(300, 4 * intervalMs) && arrivedAtMs - mediaMs < earliestOffsetMs - TOO_EARLY_MS;
  };
  const classify = (unit: MediaUnit, earliestOffsetMs: number | undefined): MediaStep => {
    const { mediaMs, arrivedAtMs } = unit;
    if (last === undefined) return 'first';
    const stepMs = mediaMs - last.mediaMs;
    const hasJumped = jumps(unit, earliestOffsetMs);
    recent.push({ mediaMs, stepMs, elapsedMs: arrivedAtMs - last.arrivedAtMs, isOdd: hasJumped || stepMs === 0 });
    if (recent.length > MEMORY) recent.shift();
    const odd = recent.reduce((count, { isOdd }) => count + Number(isOdd), 0);
    const standsStill =
      recent.length >= STILL_UNITS && recent.slice(-STILL_UNITS).every((picture) => picture.stepMs === 0);
    const wasUnusable = isUnusable;
    isUnusable =
      standsStill || (odd > 8 && odd * 3 > recent.length) || (isUnusable && (odd > 0 || recent.length < MEMORY));
    intervalMs = intervalOf(recent, isUnusable) ?? intervalMs;
    if (isUnusable) return 'unusable';
    return hasJumped || wasUnusable ? 'jump' : 'steady';
  };

  return {
    next: (unit, earliestOffsetMs) => {
      const { mediaMs, arrivedAtMs } = unit;
      const step = classify(unit, earliestOffsetMs);
      highestMs = step === 'steady' ? Math.max(highestMs, mediaMs) : mediaMs;
      last = { mediaMs, arrivedAtMs };
      return step;
    },
    newConnection: () => {
      [last, highestMs] = [undefined, -Infinity];
      recent = [];
    },
    intervalMs: () => intervalMs,
    reorderMs: () => {
      let [newestMs, mostMs] = [-Infinity, 0];
      for (const { mediaMs } of sinceOdd(recent)) {
        newestMs = Math.max(newestMs, mediaMs);
        mostMs = Math.max(mostMs, newestMs - mediaMs);
      }
      return mostMs;
    },
    stampJitterMs: () => {
      const steady = sinceOdd(recent);
      if (steady.length < 8) return 0;
      // Multiples, because B-pictures go back and lost ones leave holes.
      const media = upperMedian(
        steady.map(({ stepMs }) => Math.abs(stepMs - Math.round(stepMs / intervalMs) * intervalMs)),
      );
      const elapsed = steady.map(({ elapsedMs }) => elapsedMs);
      const usual = upperMedian(elapsed);
      const arrivals = upperMedian(elapsed.map((ms) => Math.abs(ms - usual)));
      return media > 3 && media > 1.5 * arrivals ? media : 0;
    },
  };
}

/** The latest pictures, back to the last one with an irregular time. */
function sinceOdd(pictures: readonly TimedPicture[]): readonly TimedPicture[] {
  return pictures.slice(pictures.map(({ isOdd }) => isOdd).lastIndexOf(true) + 1);
}

/** Between media times in time order, because B-pictures come in another order. */
function intervalOf(pictures: readonly TimedPicture[], byArrival: boolean): number | undefined {
  if (byArrival)
    return pictures.length < 3 ? undefined : Math.max(1, upperMedian(pictures.map(({ elapsedMs }) => elapsedMs)));
  const steady = sinceOdd(pictures);
  const times = steady.map(({ mediaMs }) => mediaMs).sort((a, b) => a - b);
  if (times.length < 4) return undefined;
  // Stray stamps distort the median, lost pictures the mean; arrivals show which to trust.
  const usual = upperMedian(times.slice(1).map((ms, i) => ms - times[i]));
  const mean = (times[times.length - 1] - times[0]) / (times.length - 1);
  const elapsed = upperMedian(steady.map(({ elapsedMs }) => elapsedMs));
  return Math.max(1, Math.abs(mean - elapsed) < 0.5 * Math.abs(usual - elapsed) ? mean : usual);
}

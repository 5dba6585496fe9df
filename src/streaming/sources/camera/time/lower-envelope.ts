/** The least offset between two clocks, from arrivals: each sample is the true offset plus its delay. */
export type LowerEnvelope = {
  /** @param offsetMs arrival on our clock minus time on the other */
  add(atMs: number, offsetMs: number): void;
  /** Undefined before the first sample. */
  at(atMs: number): OffsetEstimate | undefined;
  /** The other clock lost this much time (gained it, if negative). */
  shift(byMs: number): void;
};

export type OffsetEstimate = {
  readonly offsetMs: number;
  /** How far drift may have moved the offset since the deciding sample. */
  readonly slackMs: number;
  /** The mean excess of each second's best sample over the offset, during the last ten: the usual luck of a sample. */
  readonly excessMs: number;
};

const BUCKET_MS = 1_000;
const MAX_BUCKETS = 600;
/** Before the skew is measured: quartz is within 100 ppm, bad quartz within 200. */
const UNKNOWN_DRIFT = 250e-6;
/** Afterwards: temperature changes quartz by less. */
const RESIDUAL_DRIFT = 40e-6;
const MAX_SKEW = 500e-6;
/** More is not jitter but a queue. */
const MOST_EXCESS_MS = 25;
const SKEW_AFTER_MS = 60_000;

type Point = { atMs: number; offsetMs: number };

/**
 * Follows drift with the lower convex hull of each second's best sample (Moon, Skelly, Towsley: Estimation and Removal
 * of Clock Skew from Network Delay Measurements, 1999): the skew is the slope of the hull's edge over the middle of the
 * history.
 */
export function lowerEnvelope(): LowerEnvelope {
  let buckets: Point[] = [];
  let skew: number | undefined;
  /** The last result, which one picture needs several times. */
  let asked: { readonly atMs: number; readonly estimate: OffsetEstimate } | undefined;
  return {
    add: (atMs, offsetMs) => {
      asked = undefined;
      const last = buckets[buckets.length - 1];
      if (
        last !== undefined &&
        atMs - last.atMs < BUCKET_MS &&
        Math.floor(atMs / BUCKET_MS) === Math.floor(last.atMs / BUCKET_MS)
      ) {
        if (offsetMs <= last.offsetMs) buckets[buckets.length - 1] = { atMs, offsetMs };
        return;
      }
      if (buckets.length > 1) skew = skewOf(buckets) ?? skew;
      buckets.push({ atMs, offsetMs });
      if (buckets.length > MAX_BUCKETS) buckets.shift();
    },
    at: (atMs) => {
      if (buckets.length === 0) return undefined;
      if (asked?.atMs === atMs) return asked.estimate;
      const drift = skew === undefined ? UNKNOWN_DRIFT : RESIDUAL_DRIFT;
      const slope = skew ?? 0;
      let [best, bound] = [buckets[0], Infinity];
      for (const point of buckets) {
        const upperMs = point.offsetMs + (slope + drift) * (atMs - point.atMs);
        if (upperMs <= bound) [best, bound] = [point, upperMs];
      }
      const offsetMs = best.offsetMs + slope * (atMs - best.atMs);
      const recent = buckets.slice(-10);
      const excessMs =
        recent.reduce(
          (sum, point) =>
            sum + Math.min(MOST_EXCESS_MS, Math.max(0, point.offsetMs + slope * (atMs - point.atMs) - offsetMs)),
          0,
        ) / recent.length;
      asked = { atMs, estimate: { offsetMs, slackMs: drift * Math.max(0, atMs - best.atMs), excessMs } };
      return asked.estimate;
    },
    shift: (byMs) => {
      asked = undefined;
      buckets = buckets.map(({ atMs, offsetMs }) => ({ atMs, offsetMs: offsetMs + byMs }));
    },
  };
}

/** Our milliseconds gained for each of theirs, or undefined while the history is short. */
function skewOf(points: readonly Point[]): number | undefined {
  const [first, last] = [points[0], points[points.length - 1]];
  if (last.atMs - first.atMs < SKEW_AFTER_MS || points.length < 10) return undefined;
  const hull: Point[] = [];
  for (const point of points) {
    while (hull.length > 1 && cross(hull[hull.length - 2], hull[hull.length - 1], point) <= 0) hull.pop();
    hull.push(point);
  }
  const middleMs = points.reduce((sum, { atMs }) => sum + atMs - first.atMs, 0) / points.length + first.atMs;
  const to = Math.max(
    1,
    hull.findIndex(({ atMs }) => atMs >= middleMs),
  );
  const [a, b] = [hull[to - 1], hull[to]];
  const slope = (b.offsetMs - a.offsetMs) / (b.atMs - a.atMs);
  return Math.max(-MAX_SKEW, Math.min(MAX_SKEW, slope));
}

/** Positive where `c` lies to the left of the way from `a` to `b`. */
function cross(a: Point, b: Point, c: Point): number {
  return (b.atMs - a.atMs) * (c.offsetMs - a.offsetMs) - (b.offsetMs - a.offsetMs) * (c.atMs - a.atMs);
}

/**
 * The pace of arrivals against media time. `falling`: pictures come faster than they were taken, so a queue is being
 * delivered. `growing`: slower. `level`: as fast as they were taken. `unknown`: too few yet.
 */
export type ArrivalPace = 'unknown' | 'falling' | 'level' | 'growing';

/** Watches the pace of a run of pictures, from a start or a hole on. */
export type PaceWatch = {
  /** @param offsetMs arrival minus media time */
  add(atMs: number, offsetMs: number, intervalMs: number): void;
  restart(): void;
  /** The least offset of the latest pictures of the run. */
  lowMs(): number;
  pace(): ArrivalPace;
  /** The time since which the pace has been level without a break; undefined if it is not. */
  levelSinceMs(): number | undefined;
  /** A queue is being delivered: `leftMs` of it is left, and a good part came picture by picture. */
  isDraining(leftMs: number): boolean;
  /** The typical distance of an offset above the least around it. */
  jitterMs(): number;
};

const WINDOW_MS = 600;
const LEAST_UNITS = 5;
const MAX_UNITS = 256;
/** One fall may be a key picture that took long to send. */
const DRAIN_FALLS = 3;
const FALLS_AT = 0.02;
const GROWS_AT = 0.04;

type Sample = { readonly atMs: number; readonly offsetMs: number };

export function paceWatch(): PaceWatch {
  let run: Sample[] = [];
  let highestMs = -Infinity;
  let jitterMs = 0;
  let lowMs = Infinity;
  let leastMs = Infinity;
  let falls = 0;
  let current: ArrivalPace = 'unknown';
  let levelSinceMs: number | undefined;
  const restart = (): void => {
    [run, highestMs, lowMs, leastMs, falls] = [[], -Infinity, Infinity, Infinity, 0];
    [current, levelSinceMs] = ['unknown', undefined];
  };
  return {
    add: (atMs, offsetMs, intervalMs) => {
      const fromMs = atMs - Math.max(WINDOW_MS, LEAST_UNITS * intervalMs);
      // One more than the window holds, so that a full window spans it.
      while (run.length > 1 && (run[1].atMs <= fromMs || run.length >= MAX_UNITS)) run.shift();
      run.push({ atMs, offsetMs });
      highestMs = Math.max(highestMs, offsetMs);
      if (offsetMs < leastMs - Math.max(10, 0.2 * intervalMs)) falls += leastMs === Infinity ? 0 : 1;
      leastMs = Math.min(leastMs, offsetMs);
      lowMs = run.slice(-LEAST_UNITS).reduce((least, sample) => Math.min(least, sample.offsetMs), Infinity);
      jitterMs += 0.05 * (Math.min(offsetMs - lowMs, 200) - jitterMs);
      current = paceOf(run, jitterMs);
      levelSinceMs = current === 'level' ? (levelSinceMs ?? run[0].atMs) : undefined;
    },
    restart,
    lowMs: () => lowMs,
    pace: () => current,
    levelSinceMs: () => levelSinceMs,
    isDraining: (leftMs) =>
      falls >= DRAIN_FALLS && highestMs - lowMs >= Math.max(100, 0.25 * (leftMs + highestMs - lowMs)),
    jitterMs: () => jitterMs,
  };
}

/** Compares the least offsets of both halves: a single late picture changes neither. */
function paceOf(run: readonly Sample[], jitterMs: number): ArrivalPace {
  const [first, last] = [run[0], run[run.length - 1]];
  const spanMs = last.atMs - first.atMs;
  if (run.length < LEAST_UNITS || spanMs < WINDOW_MS * 0.8) return 'unknown';
  const middleMs = first.atMs + spanMs / 2;
  let [before, after] = [Infinity, Infinity];
  for (const { atMs, offsetMs } of run) {
    if (atMs <= middleMs) before = Math.min(before, offsetMs);
    else after = Math.min(after, offsetMs);
  }
  const roseMs = after - before;
  if (-roseMs > Math.max(4 + jitterMs, (FALLS_AT * spanMs) / 2)) return 'falling';
  if (roseMs > Math.max(6 + jitterMs, (GROWS_AT * spanMs) / 2)) return 'growing';
  return 'level';
}

import { performance } from 'node:perf_hooks';
import type { Clock, WallClock } from '../core/clock.js';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Computed once, so that the stamps of a run keep their distances when someone sets the wall clock. */
const unixMsAtZero = performance.timeOrigin + performance.now() - now();

/** The clock of every run: monotonic, in microseconds, and the same in all processes of the machine. */
export const monotonicClock: Clock & WallClock = {
  now,
  toUnixMs: (monotonicMs) => monotonicMs + unixMsAtZero,
};

/** Setting a clock in small steps does not disturb the distances of stamps. */
const LEAST_STEP_MS = 500;

/**
 * The clock of a service, which lasts: if the machine's wall clock is set, or the machine sleeps, the Unix times that
 * follow are right again, those of earlier stamps included.
 * @param unixNowMs the machine's wall clock
 */
export function serviceClock(clock: Clock & WallClock = monotonicClock, unixNowMs = Date.now): Clock & WallClock {
  let correctionMs = 0;
  return {
    now: () => clock.now(),
    toUnixMs: (monotonicMs) => {
      const departsMs = unixNowMs() - clock.toUnixMs(clock.now());
      if (Math.abs(departsMs - correctionMs) > LEAST_STEP_MS) correctionMs = departsMs;
      return clock.toUnixMs(monotonicMs) + correctionMs;
    },
  };
}

import { performance } from 'node:perf_hooks';
import type { Clock, WallClock } from '../core/clock.js';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Taken once, so that a run's stamps keep their distances if the machine's wall clock is set. */
const unixMsAtZero = performance.timeOrigin + performance.now() - now();

/** The clock of every run: monotonic, in microseconds, and the same in all processes of the machine. */
export const monotonicClock: Clock & WallClock = {
  now,
  toUnixMs: (monotonicMs) => monotonicMs + unixMsAtZero,
};

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

import type { Clock } from '../../src/core/clock.js';

/** Real time, for tests that run real programs. */
export const monotonicClock: Clock = { now: () => Number(process.hrtime.bigint()) / 1e6 };

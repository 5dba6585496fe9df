import type { RunConfig } from '../../config/run-config.js';

const LEAST_KEEP_MS = 10_000;
/** An object's event comes this much later than the object, at the latest. */
const LATEST_EVENT_MS = 5000;

/** How long coded pictures are kept: until the event of an object, for its clip, has come. */
export function keepMsOf({ clips }: Pick<RunConfig, 'clips'>): number {
  return Math.max(LEAST_KEEP_MS, (clips?.preMs ?? 0) + LATEST_EVENT_MS);
}

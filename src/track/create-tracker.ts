import { UsageError } from '../core/errors.js';
import { kalmanTracker, type KalmanTrackerOptions } from './kalman-tracker.js';
import { nowcastTracker } from './nowcast-tracker.js';
import type { Tracker } from './tracker.js';

/** The trackers by name, as `--forecast` spells them. */
export const TRACKER_KINDS = ['kalman', 'nowcast'] as const;
export type TrackerKind = (typeof TRACKER_KINDS)[number];

/**
 * A tracker of the given kind for one stream.
 * @throws UsageError if the frame interval is not a number above 0
 */
export function createTracker(kind: TrackerKind, options: KalmanTrackerOptions): Tracker {
  const { frameIntervalMs } = options;
  if (!(frameIntervalMs > 0 && Number.isFinite(frameIntervalMs))) {
    throw new UsageError(`frameIntervalMs must be a number of milliseconds above 0, got ${frameIntervalMs}; 1000 / fps is right for a steady source`);
  }
  switch (kind) {
    case 'kalman': return kalmanTracker(options);
    case 'nowcast': return nowcastTracker();
  }
}

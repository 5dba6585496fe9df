import { UsageError } from '../core/errors.js';
import { findNamed, formsOf } from '../core/named-kind.js';
import { kalmanKind } from './kalman-tracker.js';
import { nowcastKind } from './nowcast-tracker.js';
import type { TrackerFactory, TrackerKind } from './tracker.js';

/** The trackers that configurations, flags and the documentation offer as forecasters. */
export const TRACKERS: readonly TrackerKind[] = [kalmanKind, nowcastKind];

/** @throws UsageError naming the value and the allowed forms */
export function trackerByName(name: string, kinds: readonly TrackerKind[] = TRACKERS): TrackerFactory {
  const found = findNamed(kinds, name);
  if (found === undefined) throw new UsageError(`forecaster "${name}" is unknown; choose one of ${formsOf(kinds)}`);
  return found;
}

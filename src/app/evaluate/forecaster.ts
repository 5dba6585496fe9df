import { findNamed, formsOf } from '../../core/named-kind.js';
import { TRACKERS, trackerByName } from '../../track/kinds.js';
import type { TrackerFactory } from '../../track/tracker.js';

/** The forecasters of evaluations, for messages. */
export const FORECASTS = `none, ${formsOf(TRACKERS)}`;

export function isForecast(name: string): boolean {
  return name === 'none' || findNamed(TRACKERS, name) !== undefined;
}

/** @returns undefined for `none` */
export function forecasterOf(name: string): TrackerFactory | undefined {
  return name === 'none' ? undefined : trackerByName(name);
}

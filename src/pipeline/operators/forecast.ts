import { map, type OperatorFunction } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { PipelineEvent } from '../../core/events.js';
import type { TrackerSet } from '../tracker-set.js';

/**
 * Carries each percept's objects forward to the moment at which it is emitted, by the trackers that `track` feeds
 * upstream.
 */
export function forecast(trackers: TrackerSet, clock: Clock): OperatorFunction<PipelineEvent, PipelineEvent> {
  return map((event) => {
    if (event.type !== 'percept') return event;
    const validAtMs = clock.now();
    const ageMs = validAtMs - event.times.capturedAtMs;
    const detections = trackers.of(event).forecast(event.ptsMs + ageMs, event);
    return {
      ...event,
      times: { ...event.times, emittedAtMs: validAtMs },
      forecast: { forecaster: trackers.factory.name, validAtMs, detections },
    };
  });
}

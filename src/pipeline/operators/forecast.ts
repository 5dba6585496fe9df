import { map, type OperatorFunction } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import { ExtensionError } from '../../core/errors.js';
import type { PipelineEvent } from '../../core/events.js';
import { callExtension, shown } from '../../core/extension.js';
import { trackersOf, type StreamTrackers } from '../tracker-set.js';

/** Forecasts each percept's objects to the moment of its emission, with the trackers that `track` feeds upstream. */
export function forecast(trackers: StreamTrackers, clock: Clock): OperatorFunction<PipelineEvent, PipelineEvent> {
  return map((event) => {
    if (event.type !== 'percept') return event;
    const own = trackersOf(trackers, event.streamId);
    if (own === undefined) return event;
    const validAtMs = clock.now();
    const ageMs = validAtMs - event.times.capturedAtMs;
    const { name } = own.factory;
    const detections = callExtension('tracker', name, () => own.of(event).forecast(event.ptsMs + ageMs, event));
    if (!Array.isArray(detections))
      throw new ExtensionError('tracker', name, `forecast ${shown(detections)}; it must return an array of detections`);
    return {
      ...event,
      times: { ...event.times, emittedAtMs: validAtMs },
      forecast: { forecaster: name, validAtMs, detections },
    };
  });
}

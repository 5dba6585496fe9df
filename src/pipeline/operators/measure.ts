import { tap, type MonoTypeOperatorFunction } from 'rxjs';
import type { PipelineEvent, SourceEvent } from '../../core/events.js';
import type { Measurements } from '../measurements.js';

/** Counts the events of sources. */
export function measureReceived(measurements: Measurements): MonoTypeOperatorFunction<SourceEvent> {
  return tap((event) => measurements.received(event));
}

/** Counts the events of the pipeline, and the duration of each stage. */
export function measureEmitted(measurements: Measurements): MonoTypeOperatorFunction<PipelineEvent> {
  return tap((event) => measurements.emitted(event));
}

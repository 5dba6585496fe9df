import { tap, type MonoTypeOperatorFunction } from 'rxjs';
import type { PipelineEvent, SourceEvent } from '../../core/events.js';
import type { Measurements } from '../measurements.js';

/** Counts what sources deliver. */
export function measureReceived(measurements: Measurements): MonoTypeOperatorFunction<SourceEvent> {
  return tap((event) => measurements.received(event));
}

/** Counts what the pipeline emits, and how long each stage took. */
export function measureEmitted(measurements: Measurements): MonoTypeOperatorFunction<PipelineEvent> {
  return tap((event) => measurements.emitted(event));
}

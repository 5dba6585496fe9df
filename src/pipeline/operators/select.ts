import { map, type MonoTypeOperatorFunction } from 'rxjs';
import type { Detection } from '../../core/detection.js';
import type { PipelineEvent } from '../../core/events.js';

/**
 * Keeps some detections of each percept.
 * @param keepOf the choice of a stream; undefined keeps all of its detections
 */
export function select(
  keepOf: (streamId: string) => ((detection: Detection) => boolean) | undefined,
): MonoTypeOperatorFunction<PipelineEvent> {
  return map((event) => {
    if (event.type !== 'percept') return event;
    const keep = keepOf(event.streamId);
    return keep === undefined ? event : { ...event, detections: event.detections.filter(keep) };
  });
}

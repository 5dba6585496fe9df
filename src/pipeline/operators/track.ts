import { map, type OperatorFunction } from 'rxjs';
import type { PipelineEvent } from '../../core/events.js';
import { callExtension } from '../../core/extension.js';
import type { TrackerSet } from '../tracker-set.js';

/**
 * Gives every detection the id of the object that it follows, by the tracker of its stream. A tracker lives in stream time,
 * where pictures are as far apart as the camera took them, whatever is learned meanwhile of when that was on our clock.
 */
export function track(trackers: TrackerSet): OperatorFunction<PipelineEvent, PipelineEvent> {
  return map((event) => {
    if (event.type !== 'percept') return event;
    const detections = callExtension('tracker', trackers.kind, () => trackers.of(event).observe(event.detections, event.ptsMs, event));
    return { ...event, detections };
  });
}

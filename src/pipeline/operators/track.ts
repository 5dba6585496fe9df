import { map, type OperatorFunction } from 'rxjs';
import { ExtensionError } from '../../core/errors.js';
import type { PipelineEvent } from '../../core/events.js';
import { callExtension, shown } from '../../core/extension.js';
import type { TrackerSet } from '../tracker-set.js';

/**
 * Gives every detection the id of the object that it follows, by the tracker of its stream. A tracker lives in stream time,
 * where pictures are as far apart as the camera took them, whatever is learned meanwhile of when that was on our clock.
 */
export function track(trackers: TrackerSet): OperatorFunction<PipelineEvent, PipelineEvent> {
  return map((event) => {
    if (event.type !== 'percept') return event;
    const { name } = trackers.factory;
    const detections = callExtension('tracker', name, () => trackers.of(event).observe(event.detections, event.ptsMs, event));
    if (!Array.isArray(detections) || detections.length !== event.detections.length) {
      throw new ExtensionError('tracker', name, `observed ${event.detections.length} detections and returned ${shown(detections)}; it must return each of them, in their order`);
    }
    return { ...event, detections };
  });
}

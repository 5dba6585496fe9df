import { map, type OperatorFunction } from 'rxjs';
import { ExtensionError } from '../../core/errors.js';
import type { PipelineEvent } from '../../core/events.js';
import { callExtension, shown } from '../../core/extension.js';
import { trackersOf, type StreamTrackers } from '../tracker-set.js';

/**
 * Gives every detection the id of its object, with the tracker of its stream. A tracker uses stream time, where the
 * interval between pictures is the camera's own. A revised estimate of capture times on our clock does not change it.
 */
export function track(trackers: StreamTrackers): OperatorFunction<PipelineEvent, PipelineEvent> {
  return map((event) => {
    if (event.type !== 'percept') return event;
    const own = trackersOf(trackers, event.streamId);
    if (own === undefined) return event;
    const { name } = own.factory;
    const detections = callExtension('tracker', name, () =>
      own.of(event).observe(event.detections, event.ptsMs, event),
    );
    if (!Array.isArray(detections) || detections.length !== event.detections.length) {
      throw new ExtensionError(
        'tracker',
        name,
        `observed ${event.detections.length} detections and returned ${shown(detections)}; it must return each of them, in their order`,
      );
    }
    return { ...event, detections };
  });
}

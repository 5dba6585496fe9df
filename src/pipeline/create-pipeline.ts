import { identity, merge, type Observable } from 'rxjs';
import type { Detector } from '../core/detector.js';
import type { PipelineEvent, SourceEvent } from '../core/events.js';
import type { TrackerFactory } from '../track/tracker.js';
import { Measurements } from './measurements.js';
import { forecast } from './operators/forecast.js';
import { measureEmitted, measureReceived } from './operators/measure.js';
import { perceive, type PerceiveOptions } from './operators/perceive.js';
import { track } from './operators/track.js';
import { TrackerSet } from './tracker-set.js';

export type PipelineOptions = PerceiveOptions & {
  /** They share the detector, the stalest first. Each `streamId` occurs once. */
  readonly sources: readonly Observable<SourceEvent>[];
  readonly detector: Detector;
  /** Follows objects from frame to frame. */
  readonly tracker?: TrackerFactory | undefined;
  /** Carries what was observed forward to the moment of emission, by the tracker, which it needs. */
  readonly forecast?: boolean | undefined;
  readonly measurements?: Measurements | undefined;
};

/**
 * The whole middle: sources → schedule → detect → track → forecast → events. Nothing runs before the subscription, and
 * an early unsubscribe ends the sources. The detector stays open; it belongs to the caller.
 */
export function createPipeline(options: PipelineOptions): Observable<PipelineEvent> {
  const { sources, detector, clock, measurements = new Measurements() } = options;
  const trackers = options.tracker === undefined ? undefined : new TrackerSet(options.tracker);
  return merge(...sources).pipe(
    measureReceived(measurements),
    perceive(detector, options),
    trackers === undefined ? identity : track(trackers),
    trackers === undefined || options.forecast !== true ? identity : forecast(trackers, clock),
    measureEmitted(measurements),
  );
}

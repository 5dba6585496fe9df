import { defer, from, identity, merge, type Observable, type ObservableInput } from 'rxjs';
import type { Detector } from '../core/detector.js';
import type { PipelineEvent, SourceEvent } from '../core/events.js';
import type { TrackerFactory } from '../track/tracker.js';
import { Measurements } from './measurements.js';
import { checkEvents } from './operators/check-events.js';
import { forecast } from './operators/forecast.js';
import { measureEmitted, measureReceived } from './operators/measure.js';
import { ownStream } from './operators/own-stream.js';
import { perceiveChecked, type PerceiveOptions } from './operators/perceive.js';
import { track } from './operators/track.js';
import { TrackerSet } from './tracker-set.js';

export type PipelineOptions = PerceiveOptions & {
  /** They share the detector; the stalest stream goes first. Each `streamId` occurs once. */
  readonly sources: readonly ObservableInput<SourceEvent>[];
  readonly detector: Detector;
  /** Makes the trackers that follow objects from frame to frame. */
  readonly tracker?: TrackerFactory | undefined;
  /** Moves observed objects to their positions at emission. Requires a tracker. */
  readonly forecast?: boolean | undefined;
  readonly measurements?: Measurements | undefined;
};

/**
 * The whole middle: sources → schedule → detect → track → forecast → events. Nothing runs before the subscription, and
 * an early unsubscribe ends the sources. The detector stays open; it belongs to the caller.
 *
 * If a custom part throws or returns a value of a wrong form, the result errors with an ExtensionError that names the
 * part. Two sources with one `streamId` are a UsageError. Frames are released either way.
 */
export function createPipeline(options: PipelineOptions): Observable<PipelineEvent> {
  const { sources, detector, clock, measurements = new Measurements() } = options;
  const trackers = options.tracker === undefined ? undefined : new TrackerSet(options.tracker);
  return defer(() => {
    const owners = new Map<string, string>();
    return merge(
      ...sources.map((source, i) =>
        from(source).pipe(checkEvents(`sources[${i}]`), ownStream(`sources[${i}]`, owners)),
      ),
    );
  }).pipe(
    measureReceived(measurements),
    perceiveChecked(detector, options),
    trackers === undefined ? identity : track(trackers),
    trackers === undefined || options.forecast !== true ? identity : forecast(trackers, clock),
    measureEmitted(measurements),
  );
}

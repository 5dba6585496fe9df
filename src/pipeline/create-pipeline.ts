import { defer, from, identity, merge, type Observable, type ObservableInput } from 'rxjs';
import type { Detector } from '../core/detector.js';
import type { Detection } from '../core/detection.js';
import type { PipelineEvent, SourceEvent } from '../core/events.js';
import type { TrackerFactory } from '../track/tracker.js';
import { Measurements } from './measurements.js';
import { checkEvents } from './operators/check-events.js';
import { forecast } from './operators/forecast.js';
import { measureEmitted, measureReceived } from './operators/measure.js';
import { ownStream } from './operators/own-stream.js';
import { perceiveChecked, type PerceiveOptions } from './operators/perceive.js';
import type { StreamSchedule } from './scheduled-stream.js';
import { select } from './operators/select.js';
import type { SharedDetector } from './shared-detector.js';
import { track } from './operators/track.js';
import { TrackerSet } from './tracker-set.js';

/** Options that may differ from stream to stream. */
export type StreamOptions = StreamSchedule & {
  /** The detections to keep, before they are tracked. Default: all. */
  readonly keep?: ((detection: Detection) => boolean) | undefined;
  /** Makes the trackers that follow objects from frame to frame. */
  readonly tracker?: TrackerFactory | undefined;
  /** Moves observed objects to their positions at emission. Requires a tracker. */
  readonly forecast?: boolean | undefined;
};

export type PipelineOptions = Omit<PerceiveOptions, 'streams'> &
  StreamOptions & {
    /** Options of single streams, by `streamId`. A key that an entry has, even as undefined, wins over that of all. */
    readonly streams?: ReadonlyMap<string, StreamOptions> | undefined;
    /** They share the detector; the stream with the fewest turns goes first. Each `streamId` occurs once. */
    readonly sources: readonly ObservableInput<SourceEvent>[];
    readonly detector: Detector | SharedDetector;
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
  const optionsOf = streamOptions(options);
  const trackers = streamTrackers(options, optionsOf);
  const all = [options, ...(options.streams?.values() ?? [])];
  const tracks = all.some(({ tracker }) => tracker !== undefined);
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
    all.some(({ keep }) => keep !== undefined) ? select((id) => optionsOf(id).keep) : identity,
    tracks ? track(trackers) : identity,
    tracks ? forecast((id) => (optionsOf(id).forecast === true ? trackers(id) : undefined), clock) : identity,
    measureEmitted(measurements),
  );
}

type OptionsOf = (streamId: string) => StreamOptions;

/** Merged once for each stream, because every percept asks. */
function streamOptions({ streams, tracker, forecast: forecasts, keep }: PipelineOptions): OptionsOf {
  const all = { tracker, forecast: forecasts, keep };
  const merged = new Map(Array.from(streams ?? [], ([streamId, own]) => [streamId, { ...all, ...own }]));
  return (streamId) => merged.get(streamId) ?? all;
}

/**
 * One set of trackers for each factory.
 * @throws UsageError if a factory is not one
 */
function streamTrackers(options: PipelineOptions, optionsOf: OptionsOf): (streamId: string) => TrackerSet | undefined {
  const sets = new Map<TrackerFactory, TrackerSet>();
  for (const { tracker } of [options, ...(options.streams?.values() ?? [])])
    if (tracker !== undefined) sets.set(tracker, sets.get(tracker) ?? new TrackerSet(tracker));
  return (streamId) => {
    const { tracker } = optionsOf(streamId);
    return tracker && sets.get(tracker);
  };
}

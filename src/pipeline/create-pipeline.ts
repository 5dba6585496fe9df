import { identity, merge, type Observable, type ObservableInput } from 'rxjs';
import type { Clock } from '../core/clock.js';
import type { Detector } from '../core/detector.js';
import type { PipelineEvent, SourceEvent } from '../core/events.js';
import { idleFree, type Policy } from '../core/policy.js';
import { RuntimeEstimator } from '../core/runtime-profile.js';
import type { TrackerKind } from '../track/create-tracker.js';
import { Measurements } from './measurements.js';
import { detect } from './operators/detect.js';
import { forecast } from './operators/forecast.js';
import { inOrder } from './operators/in-order.js';
import { measureEmitted, measureReceived } from './operators/measure.js';
import { schedule } from './operators/schedule.js';
import { track } from './operators/track.js';
import { TrackerSet } from './tracker-set.js';

export type PipelineOptions = {
  /** They share the detector, the stalest first. Each `streamId` occurs once. */
  readonly sources: readonly Observable<SourceEvent>[];
  readonly detector: Detector;
  readonly clock: Clock;
  /** `idleFree` unless given. */
  readonly policy?: Policy | undefined;
  /** The oldest a frame may be when its result comes out; no budget unless given. */
  readonly latencyBudgetMs?: number | undefined;
  /** Follows objects from frame to frame. */
  readonly tracker?: TrackerKind | undefined;
  /** Carries what was observed forward to the moment of emission, by the tracker, which it needs. */
  readonly forecast?: boolean | undefined;
  readonly measurements?: Measurements | undefined;
  /** Its first value ends the run: waiting frames are dropped as `stopped`, those under way finish. */
  readonly stop?: ObservableInput<unknown> | undefined;
};

/**
 * The whole middle: sources → schedule → detect → track → forecast → events. Nothing runs before the subscription, and
 * an early unsubscribe ends the sources. The detector stays open; it belongs to the caller.
 */
export function createPipeline(options: PipelineOptions): Observable<PipelineEvent> {
  const { sources, detector, clock, policy = idleFree, latencyBudgetMs, stop } = options;
  const measurements = options.measurements ?? new Measurements();
  const runtimes = new RuntimeEstimator();
  // A file's next frame is handed over while the one before runs, so that the detector never waits for it.
  const concurrency = policy.keepsAll === true ? detector.hosts + 1 : detector.hosts;
  const trackers = options.tracker === undefined ? undefined : new TrackerSet(options.tracker);

  return merge(...sources).pipe(
    measureReceived(measurements),
    schedule(
      { policy, latencyBudgetMs, clock, runtimes, concurrency, stop },
      detect({ detector, clock, runtimes, latencyBudgetMs }),
    ),
    policy.keepsAll === true && detector.hosts > 1 ? inOrder() : identity,
    trackers === undefined ? identity : track(trackers),
    trackers === undefined || options.forecast !== true ? identity : forecast(trackers, clock),
    measureEmitted(measurements),
  );
}

import {
  defer,
  finalize,
  from,
  identity,
  Subscription,
  tap,
  timer,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { Detector } from '../../core/detector.js';
import type { PipelineEvent, SourceEvent } from '../../core/events.js';
import type { Frame } from '../../core/frame.js';
import { checkPolicy } from '../../scheduling/decide.js';
import { idleFree } from '../../scheduling/policies/idle-free.js';
import { DetectorOutage } from '../detector-outage.js';
import { SharedDetector } from '../shared-detector.js';
import { checkEvents } from './check-events.js';
import { detect } from './detect.js';
import { inOrder } from './in-order.js';
import type { StreamSchedule } from '../scheduled-stream.js';
import { schedule } from './schedule.js';

/** The wait for a detector that is away when the sources have ended. */
const OUTAGE_GRACE_MS = 5000;

/** For all streams: the policy is `idleFree` by default, and there is no latency budget by default. */
export type PerceiveOptions = StreamSchedule & {
  readonly clock: Clock;
  /** Rules of single streams, by `streamId`, over those of all. */
  readonly streams?: ReadonlyMap<string, StreamSchedule> | undefined;
  /** Called with each frame that the detector takes, while its picture is valid. */
  readonly onTaken?: ((frame: Frame) => void) | undefined;
  /** Its first value ends the run: waiting frames are dropped as `stopped`, frames in the detector finish. */
  readonly stop?: ObservableInput<unknown> | undefined;
};

/**
 * From frames to percepts and drops: the schedule and the detector together. To share the detector between several
 * sources, merge them first, or give each a pipeline of its own and a {@link SharedDetector} to all.
 *
 * ```ts
 * frames.pipe(perceive(detector, { clock, latencyBudgetMs: 100 }))
 * ```
 *
 * @throws UsageError if `policy` is not a policy; a failure of a custom part later on is an error of the result
 */
export function perceive(
  detector: Detector | SharedDetector,
  options: PerceiveOptions,
): OperatorFunction<SourceEvent, PipelineEvent> {
  return (source) => source.pipe(checkEvents(), perceiveChecked(detector, options));
}

/** For frames that {@link checkEvents} passed. */
export function perceiveChecked(
  given: Detector | SharedDetector,
  options: PerceiveOptions,
): OperatorFunction<SourceEvent, PipelineEvent> {
  const { clock, policy = idleFree, latencyBudgetMs, priority, streams, stop, onTaken } = options;
  checkPolicy(policy);
  const keepsAll = (streamId: string): boolean => (streams?.get(streamId)?.policy ?? policy).keepsAll === true;
  const everyStreamKeepsAll =
    policy.keepsAll === true && [...(streams?.keys() ?? [])].every((streamId) => keepsAll(streamId));
  const budgetOf = (streamId: string): number | undefined =>
    ({ latencyBudgetMs, ...streams?.get(streamId) }).latencyBudgetMs;
  return (source) =>
    defer(() => {
      const shared = given instanceof SharedDetector ? given : new SharedDetector(given);
      const { detector, runtimes } = shared;
      const outage = new DetectorOutage(shared.losses);
      const grace = new Subscription();
      return source.pipe(
        everyStreamKeepsAll
          ? identity
          : tap({ complete: () => grace.add(timer(OUTAGE_GRACE_MS).subscribe(() => outage.lastFrameIn())) }),
        schedule(
          {
            policy,
            latencyBudgetMs,
            priority,
            streams,
            clock,
            runtimes,
            outage,
            shared,
            // A file's next frame is handed over during the current run, so that the detector never waits for it.
            isEager: everyStreamKeepsAll,
            stop: stop === undefined ? undefined : from(stop).pipe(tap(() => outage.lastFrameIn())),
          },
          detect({
            detector,
            clock,
            runtimes,
            tell: (status) => shared.tell(status),
            fail: (error) => shared.fail(error),
            outage,
            onTaken,
            budgetOf,
          }),
        ),
        detector.hosts > 1 ? inOrder(keepsAll) : identity,
        finalize(() => grace.unsubscribe()),
      );
    });
}

import type { ObservableInput, OperatorFunction } from 'rxjs';
import type { SourceEvent } from '../../core/events.js';
import { checkPolicy } from '../../scheduling/decide.js';
import { FrameQueue, type FrameQueueOptions, type Notice, type ScheduledFrame } from '../frame-queue.js';
import { Workers } from '../workers.js';
import { exhaustMapFrom, type Project } from './exhaust-map-from.js';

export type ScheduleOptions = FrameQueueOptions & {
  /** Number of frames in the detector at once, over all streams; 1 by default; without meaning beside `shared`. */
  readonly concurrency?: number | undefined;
  /** Hands one frame over before a worker is free. Requires policies that keep all frames. */
  readonly isEager?: boolean | undefined;
  /**
   * Its first value ends the run: waiting frames are dropped as `stopped`, frames in the detector end by themselves.
   */
  readonly stop?: ObservableInput<unknown> | undefined;
};

/**
 * Decides which frame the detector works on: newest frame wins, under a latency budget and a policy. Each frame that
 * does not run comes out as a drop with its reason, in order with everything else.
 *
 * Every stream has its own newest waiting frame, its own policy memory, and possibly rules of its own. Of several
 * streams, the one that had the fewest turns goes first, and the stalest of those; `priority` multiplies its turns.
 * Under a latency budget, a free detector may wait a moment for the next frame of a stream that is behind. Live, the
 * detector has one frame of a stream at a time, so that results never overtake each other; a policy that keeps all
 * frames spreads them over all workers.
 *
 * Owns the frames that wait: a dropped one is released here, a started one belongs to `project`.
 *
 * @throws UsageError if `policy` is not a policy. If it throws or returns an invalid decision, the result errors with
 *   an ExtensionError
 */
export function schedule<R>(
  options: ScheduleOptions,
  project: Project<ScheduledFrame, R>,
): OperatorFunction<SourceEvent, R | Notice> {
  checkPolicy(options.policy);
  for (const { policy } of options.streams?.values() ?? []) if (policy !== undefined) checkPolicy(policy);
  const { concurrency = 1, shared, isEager, stop } = options;
  return (source) =>
    source.pipe(
      exhaustMapFrom<SourceEvent, ScheduledFrame, Notice, R>((turns) => new FrameQueue(options, turns), project, {
        workers: shared?.workers ?? new Workers(concurrency),
        isEager,
        stop,
      }),
    );
}

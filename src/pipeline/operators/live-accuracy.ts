import {
  asyncScheduler,
  endWith,
  ignoreElements,
  interval,
  map,
  merge,
  takeWhile,
  tap,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { PerceptEvent, PipelineEvent } from '../../core/events.js';

/** Computes the accuracy of percepts, for example `LiveAccuracy`: `T` is the ground truth of a frame, `S` a score. */
export type AccuracyMeter<T, S> = {
  percept(event: PerceptEvent): void;
  truth(frame: T): void;
  /** Score of the newest frames before `nowMs`. */
  rolling(nowMs: number): S;
};

export type LiveAccuracyTiming = {
  readonly clock: Clock;
  /** Time between two scores; 1000 by default. */
  readonly everyMs?: number;
  /** Default: real time. */
  readonly scheduler?: SchedulerLike;
};

/** Marks the end of the events among the ticks. */
const ENDED = null;

/**
 * The accuracy of a running pipeline's percepts: a rolling score every second, and one at the end. Ends with the
 * events, without waiting for later ground truth.
 *
 * ```ts
 * events.pipe(liveAccuracy(new LiveAccuracy({ truth, classNames }), truthFrames, { clock }))
 * ```
 */
export function liveAccuracy<T, S>(
  meter: AccuracyMeter<T, S>,
  truth: Observable<T>,
  { clock, everyMs = 1000, scheduler = asyncScheduler }: LiveAccuracyTiming,
): OperatorFunction<PipelineEvent, S> {
  return (events) =>
    merge(
      truth.pipe(
        tap((frame) => meter.truth(frame)),
        ignoreElements(),
      ),
      interval(everyMs, scheduler),
      events.pipe(
        tap((event) => {
          if (event.type === 'percept') meter.percept(event);
        }),
        ignoreElements(),
        endWith(ENDED),
      ),
    ).pipe(
      takeWhile((tick) => tick !== ENDED, true),
      map(() => meter.rolling(clock.now())),
    );
}

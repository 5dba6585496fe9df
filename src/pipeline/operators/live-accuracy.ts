import { asyncScheduler, endWith, ignoreElements, interval, map, merge, takeWhile, tap, type Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { PerceptEvent, PipelineEvent } from '../../core/events.js';

/** What knows how accurate percepts are, such as `LiveAccuracy`: `T` is the ground truth of a frame, `S` a score. */
export type AccuracyMeter<T, S> = {
  percept(event: PerceptEvent): void;
  truth(frame: T): void;
  /** Of the newest frames whose time is before `nowMs`. */
  rolling(nowMs: number): S;
};

export type LiveAccuracyTiming = {
  readonly clock: Clock;
  /** Time between two scores; 1000 unless given. */
  readonly everyMs?: number;
  /** Default: real time. */
  readonly scheduler?: SchedulerLike;
};

/** Stands for the end of the events among the ticks. */
const ENDED = null;

/**
 * How accurate the percepts of a pipeline are while it runs: a rolling score every second, and one at the end. Ends
 * with the events; ground truth that comes later is not waited for.
 *
 * ```ts
 * events.pipe(liveAccuracy(new LiveAccuracy({ truth, classNames }), truthFrames, { clock }))
 * ```
 */
export function liveAccuracy<T, S>(meter: AccuracyMeter<T, S>, truth: Observable<T>, { clock, everyMs = 1000, scheduler = asyncScheduler }: LiveAccuracyTiming): OperatorFunction<PipelineEvent, S> {
  return (events) => merge(
    truth.pipe(tap((frame) => meter.truth(frame)), ignoreElements()),
    interval(everyMs, scheduler),
    events.pipe(tap((event) => { if (event.type === 'percept') meter.percept(event); }), ignoreElements(), endWith(ENDED)),
  ).pipe(
    takeWhile((tick) => tick !== ENDED, true),
    map(() => meter.rolling(clock.now())),
  );
}

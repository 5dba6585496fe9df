import { lastValueFrom, map, merge, Subject, tap, toArray, type SchedulerLike } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import type { Detector } from '../../core/detector.js';
import { dropOf, type PipelineEvent } from '../../core/events.js';
import type { Picture } from '../../core/picture.js';
import type { Policy } from '../../scheduling/policy.js';
import { createPipeline } from '../../pipeline/create-pipeline.js';
import { memorySource } from '../../streaming/sources/memory.js';
import type { TrackerFactory } from '../../track/tracker.js';
import { aborted } from '../run/limits.js';

export type PlayOptions = {
  /** Name of the sequence. */
  readonly streamId: string;
  readonly fps: number;
  readonly detector: Detector;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly latencyBudgetMs: number | undefined;
  readonly forecaster: TrackerFactory | undefined;
  /** Ends the playback early; the results so far are returned. */
  readonly signal: AbortSignal;
  /** The clock of the playback. Default: real time. */
  readonly scheduler?: SchedulerLike;
  readonly onEvent?: (event: PipelineEvent) => void;
};

/**
 * Plays one sequence in real time through the pipeline. The playback ends one frame interval after the last frame. As
 * in sAP's toolkit, a later result is lost, and its frame is reported as dropped (`stopped`). A frame without a picture
 * is dropped as `corrupt`.
 */
export async function playSequence(
  pictures: readonly (Picture | undefined)[],
  options: PlayOptions,
): Promise<PipelineEvent[]> {
  const {
    streamId,
    fps,
    detector,
    clock,
    policy,
    latencyBudgetMs,
    forecaster,
    signal,
    scheduler,
    onEvent = () => undefined,
  } = options;
  const ended = new Subject<void>();
  const source = memorySource(pictures, { streamId, fps, clock, ...(scheduler && { scheduler }) });
  const events = createPipeline({
    sources: [source.pipe(tap({ complete: () => ended.next() }))],
    detector,
    clock,
    policy,
    latencyBudgetMs,
    tracker: forecaster,
    forecast: forecaster !== undefined,
    stop: merge(ended, aborted(signal)),
  });
  const durationMs = (pictures.length * 1000) / fps;
  return lastValueFrom(
    events.pipe(
      map((event) => lostAfter(event, durationMs)),
      tap(onEvent),
      toArray(),
    ),
  );
}

function lostAfter(event: PipelineEvent, durationMs: number): PipelineEvent {
  if (event.type !== 'percept') return event;
  const { capturedAtMs, emittedAtMs } = event.times;
  return event.ptsMs + emittedAtMs - capturedAtMs < durationMs
    ? event
    : dropOf({ ...event, capturedAtMs }, 'stopped', emittedAtMs);
}

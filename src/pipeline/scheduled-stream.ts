import type { Frame } from '../core/frame.js';
import type { Policy } from '../scheduling/policy.js';
import { FrameIntervalEstimator } from './frame-interval.js';
import type { Place, Turns } from './turns.js';

/** The rules of a schedule that may differ from stream to stream. */
export type StreamSchedule = {
  readonly policy?: Policy | undefined;
  /** The latency budget; undefined means none. It does not apply to a policy that keeps all frames. */
  readonly latencyBudgetMs?: number | undefined;
  /** The stream has this many turns for each turn of another when streams compete; above 0, 1 by default. */
  readonly priority?: number | undefined;
};

/** What a schedule knows of one stream. */
export type ScheduledStream = {
  readonly policy: Policy;
  /** Undefined means no budget. */
  readonly latencyBudgetMs: number | undefined;
  /** Oldest first. The newest frame alone, unless the policy keeps all. */
  readonly waiting: Frame[];
  readonly interval: FrameIntervalEstimator;
  policyMemory: unknown;
  lastRunSeq: number;
  /** Start of its last run. */
  lastTurnAtMs: number;
  /** Among the streams at the detector. */
  readonly place: Place;
  newestReadyAtMs: number;
  /** True if its last frame found no free detector in time. */
  isDeprived: boolean;
  inFlight: number;
  /** True if the policy decided to wait for the next frame. */
  awaitsNext: boolean;
};

export function newStream(
  { policy, latencyBudgetMs, priority = 1 }: StreamSchedule & { readonly policy: Policy },
  turns: Turns,
): ScheduledStream {
  return {
    policy,
    latencyBudgetMs: policy.keepsAll === true ? undefined : latencyBudgetMs,
    waiting: [],
    interval: new FrameIntervalEstimator(),
    policyMemory: policy.initial,
    lastRunSeq: -1,
    lastTurnAtMs: -Infinity,
    place: turns.join(priority),
    newestReadyAtMs: -Infinity,
    isDeprived: false,
    inFlight: 0,
    awaitsNext: false,
  };
}

/**
 * Under a budget, a stream whose frames always come while another has just begun would never have a turn. The more
 * turns it is behind, the longer a free detector waits for its next frame; at most for the time of one run.
 *
 * @param place of the stream that would have the detector otherwise
 * @returns how long to keep the detector free from now on; 0 for not at all
 */
export function reservedMs(stream: ScheduledStream, place: number, nowMs: number, runtimeMs: number): number {
  const { newestReadyAtMs, latencyBudgetMs, isDeprived, waiting, interval } = stream;
  if (!isDeprived || waiting.length > 0 || latencyBudgetMs === undefined) return 0;
  const intervalMs = interval.intervalMs();
  if (intervalMs === undefined) return 0;
  const patienceMs = runtimeMs * stream.place.need(place);
  const comesInMs = newestReadyAtMs + intervalMs - nowMs;
  return Math.abs(comesInMs) > patienceMs ? 0 : comesInMs + patienceMs;
}

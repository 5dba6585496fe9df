import type { ObservableInput, OperatorFunction } from 'rxjs';
import type { Clock } from '../../core/clock.js';
import {
  dropOf,
  type DropEvent,
  type DropReason,
  type GapEvent,
  type SourceEvent,
  type StatusEvent,
} from '../../core/events.js';
import { callExtension } from '../../core/extension.js';
import type { Frame } from '../../core/frame.js';
import { judgeLatency } from '../../scheduling/latency-budget.js';
import { checkPolicy, decide, type CheckedDecision } from '../../scheduling/decide.js';
import type { Policy } from '../../scheduling/policy.js';
import type { RuntimeEstimator } from '../../scheduling/runtime-profile.js';
import { DetectorOutage } from '../detector-outage.js';
import { FrameIntervalEstimator } from '../frame-interval.js';
import { PassedOver } from '../passed-over.js';
import { releaseFrame } from '../release-frame.js';
import { Turns } from '../turns.js';
import { byUrgency, Workers, type Trigger, type Urgency } from '../workers.js';
import type { SharedDetector } from '../shared-detector.js';
import { exhaustMapFrom, type PendingQueue, type Project } from './exhaust-map-from.js';

/** A frame that the scheduler gives to the detector, together with its ownership. */
export type ScheduledFrame = {
  readonly frame: Frame;
  readonly startedAtMs: number;
  /** True if no frame could meet the latency budget; this one runs anyway. */
  readonly overBudget: boolean;
};

/** The rules of a schedule that may differ from stream to stream. */
export type StreamSchedule = {
  readonly policy?: Policy | undefined;
  /** The latency budget; undefined means none. It does not apply to a policy that keeps all frames. */
  readonly latencyBudgetMs?: number | undefined;
  /** The stream has this many turns for each turn of another when streams compete; above 0, 1 by default. */
  readonly priority?: number | undefined;
};

export type ScheduleOptions = StreamSchedule & {
  readonly policy: Policy;
  /** Rules of single streams, over those of all. */
  readonly streams?: ReadonlyMap<string, StreamSchedule> | undefined;
  readonly clock: Clock;
  /** The detector's runtimes so far; the operator that runs the detector adds to them. */
  readonly runtimes: RuntimeEstimator;
  /** Of this detector: frames that are passed over while it hangs or is away are dropped as `detector-down`. */
  readonly outage?: DetectorOutage | undefined;
  /** Number of frames in the detector at once, over all streams; 1 by default. */
  readonly concurrency?: number | undefined;
  /** In place of `concurrency`, for a detector that other subscriptions use, too. */
  readonly shared?: Pick<SharedDetector, 'workers' | 'runs'> | undefined;
  /** Hands one frame over before a worker is free. Requires policies that keep all frames. */
  readonly isEager?: boolean | undefined;
  /**
   * Its first value ends the run: waiting frames are dropped as `stopped`, frames in the detector end by themselves.
   */
  readonly stop?: ObservableInput<unknown> | undefined;
};

/** Drops, gaps and statuses of a source pass through unchanged. */
type Notice = DropEvent | GapEvent | StatusEvent;

type Stream = {
  readonly policy: Policy;
  /** Undefined means no budget. */
  readonly latencyBudgetMs: number | undefined;
  readonly priority: number;
  /** Oldest first. The newest frame alone, unless the policy keeps all. */
  readonly waiting: Frame[];
  readonly interval: FrameIntervalEstimator;
  policyMemory: unknown;
  lastRunSeq: number;
  /** Start of its last run. */
  lastTurnAtMs: number;
  /** Of {@link Turns}. */
  place: number;
  newestReadyAtMs: number;
  /** True if its last frame found no free detector in time. */
  isDeprived: boolean;
  inFlight: number;
  /** True if the policy decided to wait for the next frame. */
  awaitsNext: boolean;
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

class FrameQueue implements PendingQueue<SourceEvent, ScheduledFrame, Notice> {
  readonly #options: ScheduleOptions;
  readonly #turns: Turns;
  readonly #streams = new Map<string, Stream>();
  readonly #outage: DetectorOutage;
  readonly #passedOver: PassedOver;

  constructor(options: ScheduleOptions, turns: Turns) {
    this.#options = options;
    this.#turns = turns;
    this.#outage = options.outage ?? new DetectorOutage();
    this.#passedOver = new PassedOver({ ...options, outage: this.#outage, runs: options.shared?.runs });
  }

  offer(event: SourceEvent, emit: (notice: Notice) => void): void {
    this.#passedOver.settle(emit);
    if (event.type !== 'frame') {
      emit(event);
      return;
    }
    const stream = this.#stream(event.streamId);
    stream.interval.observe(event.ptsMs);
    if (event.corrupt) {
      this.#drop(event, 'corrupt', emit);
      return;
    }
    stream.newestReadyAtMs = event.readyAtMs;
    const superseded = stream.policy.keepsAll === true ? undefined : stream.waiting.shift();
    stream.waiting.push(event);
    stream.isDeprived = superseded !== undefined && !stream.awaitsNext;
    stream.awaitsNext = false;
    if (superseded !== undefined) this.#drop(superseded, 'superseded', (drop) => this.#passedOver.add(drop, emit));
  }

  take(trigger: Trigger, emit: (notice: Notice) => void): ScheduledFrame | undefined {
    this.#passedOver.settle(emit);
    for (const { stream } of this.#mostUrgentFirst()) {
      const scheduled = this.#takeFrom(stream, trigger, emit);
      if (scheduled !== undefined) return scheduled;
    }
    return undefined;
  }

  urgency(): Urgency | undefined {
    return this.#mostUrgentFirst().at(0);
  }

  reservedMs(place: number): number {
    return Math.max(0, ...Array.from(this.#streams.values(), (stream) => this.#reservedMs(stream, place)));
  }

  finished(scheduled: ScheduledFrame): void {
    this.#passedOver.finished(scheduled);
    this.#stream(scheduled.frame.streamId).inFlight -= 1;
  }

  drain(emit: (notice: Notice) => void): void {
    this.#passedOver.end(emit);
    const errors: unknown[] = [];
    const reason = this.#outage.isDown ? 'detector-down' : 'stopped';
    for (const { waiting } of this.#streams.values()) {
      for (const frame of waiting.splice(0)) {
        try {
          this.#drop(frame, reason, emit);
        } catch (error) {
          errors.push(error);
        }
      }
    }
    // If one release fails, the other frames are still released.
    if (errors.length > 0) throw errors[0];
  }

  #takeFrom(stream: Stream, trigger: Trigger, emit: (notice: Notice) => void): ScheduledFrame | undefined {
    const { clock, runtimes } = this.#options;
    const { policy, latencyBudgetMs } = stream;
    const nowMs = policy.keepsAll === true ? clock.now() : this.#catchUp(stream);
    const frame = stream.waiting.at(0);
    // A subscriber may end the run when it receives a drop.
    if (frame === undefined) return undefined;
    const verdict = judgeLatency(
      {
        ageMs: nowMs - frame.capturedAtMs,
        transportMs: frame.readyAtMs - frame.capturedAtMs,
        medianRuntimeMs: runtimes.medianMs(),
      },
      latencyBudgetMs,
    );
    if (verdict === 'late') {
      stream.waiting.shift();
      stream.isDeprived = true;
      this.#drop(frame, 'late', emit);
      return undefined;
    }

    stream.isDeprived = false;
    const decided = this.#decide(stream, frame, nowMs, trigger);
    if (decided.decision === 'wait') {
      stream.awaitsNext = true;
      return undefined;
    }
    stream.waiting.shift();
    if (decided.decision === 'drop') {
      this.#drop(frame, decided.reason, emit);
      return undefined;
    }
    stream.inFlight += 1;
    stream.lastRunSeq = frame.seq;
    stream.lastTurnAtMs = nowMs;
    stream.place = this.#turns.taken(stream.place, stream.priority);
    const scheduled = { frame, startedAtMs: nowMs, overBudget: verdict === 'hopeless' };
    this.#passedOver.started(scheduled);
    return scheduled;
  }

  /**
   * Asks the source for all due frames first, because timers fire late on a busy machine. So the newest frame is really
   * the newest that is due.
   * @returns the moment at which no other was due
   */
  #catchUp({ waiting }: Stream): number {
    for (;;) {
      const frame = waiting.at(0);
      const nowMs = this.#options.clock.now();
      // The new frame arrives by `offer`, in place of this one.
      if (frame?.catchUp !== undefined) callExtension('source', frame.streamId, () => frame.catchUp!());
      if (waiting.at(0) === frame) return nowMs;
    }
  }

  #decide(stream: Stream, frame: Frame, nowMs: number, trigger: Trigger): CheckedDecision {
    const intervalMs = stream.interval.intervalMs();
    const decided = decide(
      stream.policy,
      {
        seq: frame.seq,
        lastRunSeq: stream.lastRunSeq,
        ageFrames: intervalMs === undefined ? 0 : (nowMs - frame.readyAtMs) / intervalMs,
        intervalMs: intervalMs ?? Infinity,
        runtime: intervalMs === undefined ? undefined : this.#options.runtimes.profile(),
        trigger: trigger === 'arrived' ? 'frame-arrived' : 'detector-freed',
      },
      stream.policyMemory,
    );
    stream.policyMemory = decided.memory;
    return decided;
  }

  /** Streams with a frame that may start now. */
  #mostUrgentFirst(): (Urgency & { readonly stream: Stream })[] {
    if (this.#outage.isFinal) return [];
    const nowMs = this.#options.clock.now();
    return [...this.#streams.values()]
      .filter(
        ({ waiting, awaitsNext, inFlight, policy }) =>
          waiting.length > 0 && !awaitsNext && (inFlight < 1 || policy.keepsAll === true),
      )
      .map((stream) => ({ stream, place: stream.place, staleness: nowMs - stream.lastTurnAtMs }))
      .sort(byUrgency);
  }

  /**
   * Under a budget, a stream whose frames always come while another has just begun would never have a turn. The more
   * turns it is behind, the longer a free detector waits for its next frame; at most for the time of one run.
   */
  #reservedMs(stream: Stream, place: number): number {
    const { clock, runtimes } = this.#options;
    const { newestReadyAtMs, latencyBudgetMs, isDeprived, waiting, interval } = stream;
    if (!isDeprived || waiting.length > 0 || latencyBudgetMs === undefined) return 0;
    const intervalMs = interval.intervalMs();
    if (intervalMs === undefined) return 0;
    const runtimeMs = runtimes.medianMs();
    const patienceMs = runtimeMs * Turns.need(stream.place, stream.priority, place);
    const comesInMs = newestReadyAtMs + intervalMs - clock.now();
    return Math.abs(comesInMs) > patienceMs ? 0 : comesInMs + patienceMs;
  }

  #drop(frame: Frame, reason: DropReason, emit: (drop: DropEvent) => void): void {
    try {
      releaseFrame(frame);
    } finally {
      // The frame has left the pipeline in any case.
      emit(dropOf(frame, reason, this.#options.clock.now()));
    }
  }

  #stream(streamId: string): Stream {
    let stream = this.#streams.get(streamId);
    if (stream === undefined) {
      const own = this.#options.streams?.get(streamId);
      const { policy = this.#options.policy, latencyBudgetMs, priority = 1 } = { ...this.#options, ...own };
      stream = {
        policy,
        latencyBudgetMs: policy.keepsAll === true ? undefined : latencyBudgetMs,
        priority,
        waiting: [],
        interval: new FrameIntervalEstimator(),
        policyMemory: policy.initial,
        lastRunSeq: -1,
        lastTurnAtMs: -Infinity,
        place: this.#turns.first(priority),
        newestReadyAtMs: -Infinity,
        isDeprived: false,
        inFlight: 0,
        awaitsNext: false,
      };
      this.#streams.set(streamId, stream);
    }
    return stream;
  }
}

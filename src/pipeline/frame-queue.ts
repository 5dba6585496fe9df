import type { Clock } from '../core/clock.js';
import {
  dropOf,
  type DropEvent,
  type DropReason,
  type GapEvent,
  type SourceEvent,
  type StatusEvent,
} from '../core/events.js';
import { callExtension } from '../core/extension.js';
import type { Frame } from '../core/frame.js';
import { judgeLatency } from '../scheduling/latency-budget.js';
import { decide, type CheckedDecision } from '../scheduling/decide.js';
import type { Policy } from '../scheduling/policy.js';
import type { RuntimeEstimator } from '../scheduling/runtime-profile.js';
import { DetectorOutage } from './detector-outage.js';
import type { PendingQueue } from './operators/exhaust-map-from.js';
import { PassedOver } from './passed-over.js';
import { releaseFrame } from './release-frame.js';
import { newStream, reservedMs, type ScheduledStream, type StreamSchedule } from './scheduled-stream.js';
import type { SharedDetector } from './shared-detector.js';
import type { Turns } from './turns.js';
import { byUrgency, type Trigger, type Urgency } from './workers.js';

/** A frame that the scheduler gives to the detector, together with its ownership. */
export type ScheduledFrame = {
  readonly frame: Frame;
  readonly startedAtMs: number;
  /** True if no frame could meet the latency budget; this one runs anyway. */
  readonly overBudget: boolean;
};

export type FrameQueueOptions = StreamSchedule & {
  readonly policy: Policy;
  /** Rules of single streams, over those of all. */
  readonly streams?: ReadonlyMap<string, StreamSchedule> | undefined;
  readonly clock: Clock;
  /** The detector's runtimes so far; the operator that runs the detector adds to them. */
  readonly runtimes: RuntimeEstimator;
  /** Of this detector: frames that are passed over while it hangs or is away are dropped as `detector-down`. */
  readonly outage?: DetectorOutage | undefined;
  /** For a detector that other subscriptions use, too. */
  readonly shared?: Pick<SharedDetector, 'workers' | 'runs'> | undefined;
};

/** Drops, gaps and statuses of a source pass through unchanged. */
export type Notice = DropEvent | GapEvent | StatusEvent;

/** The frames that wait for a detector. It owns them; a started one belongs to the caller. */
export class FrameQueue implements PendingQueue<SourceEvent, ScheduledFrame, Notice> {
  readonly #options: FrameQueueOptions;
  readonly #turns: Turns;
  readonly #streams = new Map<string, ScheduledStream>();
  readonly #outage: DetectorOutage;
  readonly #passedOver: PassedOver;

  constructor(options: FrameQueueOptions, turns: Turns) {
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
    const nowMs = this.#options.clock.now();
    const runtimeMs = this.#options.runtimes.medianMs();
    return Math.max(0, ...Array.from(this.#streams.values(), (stream) => reservedMs(stream, place, nowMs, runtimeMs)));
  }

  finished(scheduled: ScheduledFrame): void {
    this.#passedOver.finished(scheduled);
    this.#stream(scheduled.frame.streamId).inFlight -= 1;
  }

  drain(emit: (notice: Notice) => void): void {
    this.#passedOver.end(emit);
    const errors: unknown[] = [];
    const reason = this.#outage.isDown ? 'detector-down' : 'stopped';
    for (const { waiting, place } of this.#streams.values()) {
      this.#turns.leave(place);
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

  #takeFrom(stream: ScheduledStream, trigger: Trigger, emit: (notice: Notice) => void): ScheduledFrame | undefined {
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
    this.#turns.take(stream.place);
    const scheduled = { frame, startedAtMs: nowMs, overBudget: verdict === 'hopeless' };
    this.#passedOver.started(scheduled);
    return scheduled;
  }

  /**
   * Asks the source for all due frames first, because timers fire late on a busy machine. So the newest frame is really
   * the newest that is due.
   * @returns the moment at which no other was due
   */
  #catchUp({ waiting }: ScheduledStream): number {
    for (;;) {
      const frame = waiting.at(0);
      const nowMs = this.#options.clock.now();
      // The new frame arrives by `offer`, in place of this one.
      if (frame?.catchUp !== undefined) callExtension('source', frame.streamId, () => frame.catchUp!());
      if (waiting.at(0) === frame) return nowMs;
    }
  }

  #decide(stream: ScheduledStream, frame: Frame, nowMs: number, trigger: Trigger): CheckedDecision {
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
  #mostUrgentFirst(): (Urgency & { readonly stream: ScheduledStream })[] {
    if (this.#outage.isFinal) return [];
    const nowMs = this.#options.clock.now();
    return [...this.#streams.values()]
      .filter(
        ({ waiting, awaitsNext, inFlight, policy }) =>
          waiting.length > 0 && !awaitsNext && (inFlight < 1 || policy.keepsAll === true),
      )
      .map((stream) => ({ stream, place: stream.place.value, staleness: nowMs - stream.lastTurnAtMs }))
      .sort(byUrgency);
  }

  #drop(frame: Frame, reason: DropReason, emit: (drop: DropEvent) => void): void {
    try {
      releaseFrame(frame);
    } finally {
      // The frame has left the pipeline in any case.
      emit(dropOf(frame, reason, this.#options.clock.now()));
    }
  }

  #stream(streamId: string): ScheduledStream {
    let stream = this.#streams.get(streamId);
    if (stream === undefined) {
      const own = this.#options.streams?.get(streamId);
      const { policy } = this.#options;
      stream = newStream({ ...this.#options, ...own, policy: own?.policy ?? policy }, this.#turns);
      this.#streams.set(streamId, stream);
    }
    return stream;
  }
}

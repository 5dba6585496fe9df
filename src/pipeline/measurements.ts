import {
  DROP_REASONS,
  policyDropReason,
  type DropReason,
  type PerceptTimes,
  type PipelineEvent,
  type SourceEvent,
} from '../core/events.js';
import { CAPTURE_CLOCKS, type CaptureClock } from '../core/frame.js';
import { DurationHistogram, type Distribution } from './duration-histogram.js';

/** The stages of a percept, each from one stamp to the next. */
const STAGES = {
  /** Network and decoding. */
  transport: (t) => t.readyAtMs - t.capturedAtMs,
  /** Waiting for the detector. */
  wait: (t) => t.startedAtMs - t.readyAtMs,
  /** Hand-over to the detector's process. */
  handover: (t) => t.inferStartMs - t.startedAtMs,
  infer: (t) => t.inferEndMs - t.inferStartMs,
  /** Decoding of boxes and suppression. */
  postprocess: (t) => t.doneAtMs - t.inferEndMs,
  /** Way back, tracking and forecasting. */
  emit: (t) => t.emittedAtMs - t.doneAtMs,
  /** From capture to emission. */
  latency: (t) => t.emittedAtMs - t.capturedAtMs,
  /** Nowcast's overhead over the bare run, once the picture is ready. */
  overhead: (t) => t.emittedAtMs - t.readyAtMs - (t.inferEndMs - t.inferStartMs),
} as const satisfies Record<string, (times: PerceptTimes) => number>;

/** Limits memory, for example if a policy puts numbers into its reasons; further reasons count as one. */
const MAX_REASONS = 64;
const OTHER_REASON = policyDropReason('other');

export type StageName = keyof typeof STAGES;

export type StreamCounts = {
  readonly received: number;
  readonly percepts: number;
  readonly drops: Readonly<Record<DropReason, number>>;
  /** Waiting or in the detector: received minus percepts minus drops. */
  readonly inFlight: number;
  readonly gaps: number;
  readonly overBudget: number;
};

/** One stream's counts, and the ages of its percepts at emission, with their uncertainty. */
export type StreamMeasurements = StreamCounts & {
  readonly latencyMs: Distribution;
  /** Percepts by the clock behind their capture time. */
  readonly captureClocks: Readonly<Record<CaptureClock, number>>;
  /** Half-widths of the uncertainty of their capture times. */
  readonly uncertaintyMs: Distribution;
};

export type MeasurementsSnapshot = {
  readonly total: StreamCounts;
  readonly streams: Readonly<Record<string, StreamMeasurements>>;
  readonly stagesMs: Readonly<Record<StageName, Distribution>>;
};

type Ages = {
  readonly latency: DurationHistogram;
  readonly uncertainty: DurationHistogram;
  readonly clocks: Record<CaptureClock, number>;
};

type Tally = {
  received: number;
  percepts: number;
  drops: Record<DropReason, number>;
  gaps: number;
  overBudget: number;
};

/** The outcome of every frame of a run, and the duration of each stage. */
export class Measurements {
  readonly #streams = new Map<string, Tally>();
  readonly #ages = new Map<string, Ages>();
  readonly #stages = Object.fromEntries(Object.keys(STAGES).map((stage) => [stage, new DurationHistogram()])) as Record<
    StageName,
    DurationHistogram
  >;

  /** @param streamIds of sources that count even if they deliver nothing */
  constructor(streamIds: readonly string[] = []) {
    for (const id of streamIds) this.#tally(id);
  }

  /** Leaves out a source that is there no longer. */
  forget(streamId: string): void {
    this.#streams.delete(streamId);
    this.#ages.delete(streamId);
  }

  /** A source delivered an event. A drop that the source reports counts as received, too. */
  received(event: SourceEvent): void {
    if (event.type === 'frame' || event.type === 'drop') this.#tally(event.streamId).received += 1;
  }

  emitted(event: PipelineEvent): void {
    switch (event.type) {
      case 'percept': {
        const tally = this.#tally(event.streamId);
        tally.percepts += 1;
        if (event.overBudget) tally.overBudget += 1;
        for (const [stage, duration] of Object.entries(STAGES)) {
          this.#stages[stage as StageName].add(duration(event.times));
        }
        const { latency, uncertainty, clocks } = this.#ages.get(event.streamId)!;
        latency.add(STAGES.latency(event.times));
        uncertainty.add(event.uncertaintyMs);
        clocks[event.captureClock] += 1;
        break;
      }
      case 'drop': {
        const { drops } = this.#tally(event.streamId);
        const reason = event.reason in drops || Object.keys(drops).length < MAX_REASONS ? event.reason : OTHER_REASON;
        drops[reason] = (drops[reason] ?? 0) + 1;
        break;
      }
      case 'gap':
        this.#tally(event.streamId).gaps += 1;
        break;
      case 'status':
        break;
    }
  }

  /** Counts over all streams; cheap enough for every event. */
  total(): StreamCounts {
    const sum = newTally();
    for (const tally of this.#streams.values()) {
      for (const key of ['received', 'percepts', 'gaps', 'overBudget'] as const) sum[key] += tally[key];
      for (const [reason, count] of dropCounts(tally)) sum.drops[reason] = (sum.drops[reason] ?? 0) + count;
    }
    return countsOf(sum);
  }

  /** Counts of each stream; cheap enough for every question. */
  counts(): Readonly<Record<string, StreamCounts>> {
    return Object.fromEntries(Array.from(this.#streams, ([id, tally]) => [id, countsOf(tally)]));
  }

  snapshot(): MeasurementsSnapshot {
    const streams = Object.fromEntries(
      [...this.#streams].map(([id, tally]) => {
        const { latency, uncertainty, clocks } = this.#ages.get(id)!;
        return [
          id,
          {
            ...countsOf(tally),
            latencyMs: latency.distribution(),
            captureClocks: { ...clocks },
            uncertaintyMs: uncertainty.distribution(),
          },
        ];
      }),
    );
    const stagesMs = Object.fromEntries(
      Object.entries(this.#stages).map(([stage, histogram]) => [stage, histogram.distribution()]),
    );
    return { total: this.total(), streams, stagesMs: stagesMs as Record<StageName, Distribution> };
  }

  #tally(streamId: string): Tally {
    let tally = this.#streams.get(streamId);
    if (tally === undefined) {
      this.#streams.set(streamId, (tally = newTally()));
      this.#ages.set(streamId, {
        latency: new DurationHistogram(),
        uncertainty: new DurationHistogram(),
        clocks: zeros(CAPTURE_CLOCKS),
      });
    }
    return tally;
  }
}

/** Each reason with its count: Nowcast's own, then those of policies in the order of occurrence. */
function dropCounts({ drops }: Pick<StreamCounts, 'drops'>): (readonly [DropReason, number])[] {
  return Object.entries(drops) as [DropReason, number][];
}

function newTally(): Tally {
  return { received: 0, percepts: 0, drops: zeros(DROP_REASONS), gaps: 0, overBudget: 0 };
}

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}

function countsOf(tally: Tally): StreamCounts {
  const dropped = dropCounts(tally).reduce((sum, [, count]) => sum + count, 0);
  return { ...tally, drops: { ...tally.drops }, inFlight: tally.received - tally.percepts - dropped };
}

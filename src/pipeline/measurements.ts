import { build, type Histogram } from 'hdr-histogram-js';
import { DROP_REASONS, type DropReason, type PerceptTimes, type PipelineEvent, type SourceEvent } from '../core/events.js';

/** The stages of a percept's way, each from one stamp to the next. */
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
  /** From the world to the percept. */
  latency: (t) => t.emittedAtMs - t.capturedAtMs,
  /** What Nowcast adds to the bare run once the picture is there. */
  overhead: (t) => t.emittedAtMs - t.readyAtMs - (t.inferEndMs - t.inferStartMs),
} as const satisfies Record<string, (times: PerceptTimes) => number>;

export type StageName = keyof typeof STAGES;

/** In milliseconds. */
export type Distribution = {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
};

export type StreamCounts = {
  readonly received: number;
  readonly percepts: number;
  readonly drops: Readonly<Record<DropReason, number>>;
  /** Waiting or under way: received less percepts less drops. */
  readonly inFlight: number;
  readonly gaps: number;
  readonly overBudget: number;
};

export type MeasurementsSnapshot = {
  readonly total: StreamCounts;
  readonly streams: Readonly<Record<string, StreamCounts>>;
  readonly stagesMs: Readonly<Record<StageName, Distribution>>;
};

type Tally = { received: number; percepts: number; drops: Record<DropReason, number>; gaps: number; overBudget: number };

/** Histograms count microseconds up to two minutes with three significant digits. */
const HIGHEST_US = 120_000_000;

/** What happened to every frame of a run, and how long each stage took. */
export class Measurements {
  readonly #streams = new Map<string, Tally>();
  readonly #stages = Object.fromEntries(Object.keys(STAGES).map((stage) => [stage, build({
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  })])) as Record<StageName, Histogram>;

  /** @param streamIds of sources that are to be counted even where nothing comes from them */
  constructor(streamIds: readonly string[] = []) {
    for (const id of streamIds) this.#tally(id);
  }

  /** A source delivered; a drop that the source reports itself was received, too. */
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
          const us = Math.round(duration(event.times) * 1000);
          this.#stages[stage as StageName].recordValue(Math.min(HIGHEST_US, Math.max(0, us)));
        }
        break;
      }
      case 'drop':
        this.#tally(event.streamId).drops[event.reason] += 1;
        break;
      case 'gap':
        this.#tally(event.streamId).gaps += 1;
        break;
      case 'status':
        break;
    }
  }

  /** Counts over all streams; cheap enough to be asked at every event. */
  total(): StreamCounts {
    const sum = newTally();
    for (const tally of this.#streams.values()) {
      for (const key of ['received', 'percepts', 'gaps', 'overBudget'] as const) sum[key] += tally[key];
      for (const reason of DROP_REASONS) sum.drops[reason] += tally.drops[reason];
    }
    return countsOf(sum);
  }

  snapshot(): MeasurementsSnapshot {
    const streams = Object.fromEntries([...this.#streams].map(([id, tally]) => [id, countsOf(tally)]));
    const stagesMs = Object.fromEntries(Object.entries(this.#stages).map(([stage, histogram]) => [stage, distributionOf(histogram)]));
    return { total: this.total(), streams, stagesMs: stagesMs as Record<StageName, Distribution> };
  }

  #tally(streamId: string): Tally {
    let tally = this.#streams.get(streamId);
    if (tally === undefined) this.#streams.set(streamId, tally = newTally());
    return tally;
  }
}

function newTally(): Tally {
  return { received: 0, percepts: 0, drops: { superseded: 0, late: 0, stride: 0, corrupt: 0, 'detector-failed': 0, stopped: 0 }, gaps: 0, overBudget: 0 };
}

function countsOf(tally: Tally): StreamCounts {
  const dropped = DROP_REASONS.reduce((sum, reason) => sum + tally.drops[reason], 0);
  return { ...tally, drops: { ...tally.drops }, inFlight: tally.received - tally.percepts - dropped };
}

function distributionOf(histogram: Histogram): Distribution {
  const count = histogram.totalCount;
  const at = (percentile: number): number => count === 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1000;
  return {
    count,
    mean: count === 0 ? 0 : histogram.mean / 1000,
    min: at(0), p50: at(50), p90: at(90), p99: at(99), max: at(100),
  };
}

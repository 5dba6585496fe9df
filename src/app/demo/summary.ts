import type { StreamingJson } from '../../../evaluation/score.js';
import type { RunConfig } from '../../config/run-config.js';
import type { ModelDetectorInfo } from '../../core/detector.js';
import type { MeasurementsSnapshot } from '../../pipeline/measurements.js';
import type { OutcomeMessage } from '../../streaming/live-page/page-messages.js';
import type { AppContext } from '../context.js';
import { DEMO_FPS } from './demo-source.js';
import { summarise, type RunSummary } from '../run/summary.js';

/** The output of `nowcast demo --json`. */
export type DemoSummary = RunSummary & {
  readonly seed: number;
  /** Scores of the last frames of the run; null without results. */
  readonly score: (StreamingJson & { readonly seconds: number }) | null;
  /** Frames that were not drawn in time, among those dropped as `superseded`: this machine draws too slowly. */
  readonly undrawn: number;
};

type Facts = {
  readonly config: RunConfig;
  readonly seed: number;
  readonly info: ModelDetectorInfo;
  readonly snapshot: MeasurementsSnapshot;
  readonly durationMs: number;
  readonly score: StreamingJson | undefined;
  readonly undrawn: number;
  /** Files that the sinks wrote. */
  readonly written: readonly string[];
  readonly problems: readonly string[];
};

export function summariseDemo(
  { seed, score, undrawn, ...facts }: Facts,
  context: Pick<AppContext, 'redact'>,
): DemoSummary {
  return {
    ...summarise(facts, context),
    seed,
    undrawn,
    score: score === undefined ? null : { ...score, seconds: score.pairing.frames / DEMO_FPS },
  };
}

/** The summary for the page. */
export function outcomeMessage({
  total,
  stagesMs: {
    latency: { p50, p90, p99 },
  },
  score,
  undrawn,
}: DemoSummary): OutcomeMessage {
  return {
    type: 'outcome',
    frames: total.received,
    percepts: total.percepts,
    drops: total.drops,
    undrawn,
    latencyMs: { p50, p90, p99 },
    windowS: score?.seconds ?? 0,
    attribution: score?.attribution ?? null,
  };
}

import type { StreamingJson } from '../../../evaluation/score.js';
import type { RunConfig } from '../../config/run-config.js';
import type { DetectorInfo } from '../../core/detector.js';
import type { MeasurementsSnapshot } from '../../pipeline/measurements.js';
import type { OutcomeNews } from '../../streaming/http/page-messages.js';
import type { CommandIo } from '../../cli/command-io.js';
import { DEMO_FPS } from './demo-source.js';
import { attributionLines } from '../../cli/eval-streaming-output.js';
import { summarise, summaryText, type RunSummary } from '../run/summary.js';

/** What `nowcast demo --json` prints. */
export type DemoSummary = RunSummary & {
  readonly seed: number;
  /** Of the last frames of the run; null where nothing came out. */
  readonly score: (StreamingJson & { readonly seconds: number }) | null;
};

type Facts = {
  readonly config: RunConfig;
  readonly seed: number;
  readonly info: DetectorInfo;
  readonly snapshot: MeasurementsSnapshot;
  readonly durationMs: number;
  readonly score: StreamingJson | undefined;
  readonly problems: readonly string[];
};

export function summariseDemo({ seed, score, ...facts }: Facts, io: CommandIo): DemoSummary {
  return { ...summarise({ ...facts, videos: [] }, io), seed, score: score === undefined ? null : { ...score, seconds: score.pairing.frames / DEMO_FPS } };
}

/** The summary for people. */
export function demoText(summary: DemoSummary): string {
  const { score } = summary;
  const lines = [summaryText(summary)];
  if (score !== null && score.attribution !== null) lines.push('', `what streaming cost in the last ${score.seconds.toFixed(0)} s, in AP`, '', ...attributionLines(score));
  return lines.join('\n');
}

/** The summary for the page. */
export function outcomeNews({ total, stagesMs: { latency: { p50, p90, p99 } }, score }: DemoSummary): OutcomeNews {
  return {
    type: 'outcome', frames: total.received, percepts: total.percepts, drops: total.drops, latencyMs: { p50, p90, p99 },
    windowS: score?.seconds ?? 0, attribution: score?.attribution ?? null,
  };
}

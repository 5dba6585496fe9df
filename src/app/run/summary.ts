import type { RunConfig, SourceConfig } from '../../config/run-config.js';
import type { DetectorInfo } from '../../core/detector.js';
import { CAPTURE_CLOCKS, type CaptureClock } from '../../core/frame.js';
import type { Distribution } from '../../pipeline/duration-histogram.js';
import { dropCounts, type MeasurementsSnapshot, type StreamCounts, type StreamMeasurements } from '../../pipeline/measurements.js';
import type { CommandIo } from '../../cli/command-io.js';

type Facts = {
  readonly config: RunConfig;
  readonly info: DetectorInfo;
  readonly snapshot: MeasurementsSnapshot;
  readonly durationMs: number;
  /** Annotated ones, as written. */
  readonly videos: readonly string[];
  readonly problems: readonly string[];
};

/** What `nowcast run --json` prints. */
export type RunSummary = {
  readonly model: DetectorInfo;
  readonly schedule: string;
  readonly latencyBudgetMs: number | null;
  readonly forecast: string;
  readonly durationMs: number;
  /** Percepts a second, over the whole run. */
  readonly perceptsPerSecond: number;
  readonly total: StreamCounts;
  readonly streams: Readonly<Record<string, StreamMeasurements & { readonly source: string }>>;
  /** How long each stage took, in milliseconds. */
  readonly stagesMs: MeasurementsSnapshot['stagesMs'];
  /** Files that were written. */
  readonly written: readonly string[];
  readonly problems: readonly string[];
};

/** The outcome of a run, without secrets. */
export function summarise({ config, info, snapshot, durationMs, videos, problems }: Facts, io: CommandIo): RunSummary {
  const streams = Object.fromEntries(config.sources.map((source) =>
    [source.id, { source: String(io.redact(addressOf(source))), ...snapshot.streams[source.id] }]));
  return {
    model: info,
    schedule: config.detect.schedule,
    latencyBudgetMs: config.detect.budgetMs ?? null,
    forecast: config.detect.forecast,
    durationMs: round3(durationMs),
    perceptsPerSecond: round3(snapshot.total.percepts / (durationMs / 1000)),
    total: snapshot.total,
    streams,
    stagesMs: snapshot.stagesMs,
    written: [config.output.record, config.output.coco, ...videos].filter((path) => path !== undefined),
    problems,
  };
}

function addressOf(source: SourceConfig): string {
  if (source.kind === 'demo') return `demo:${source.seed}`;
  return source.kind === 'camera' ? source.url : source.path;
}

/** The summary for people. */
export function summaryText({ model, durationMs, perceptsPerSecond, total, streams, stagesMs, written, latencyBudgetMs }: RunSummary): string {
  const lines = [
    `${total.percepts} percepts of ${total.received} frames in ${(durationMs / 1000).toFixed(1)} s (${perceptsPerSecond.toFixed(1)} a second), ` +
      `${model.model} on ${model.provider}`,
    `dropped: ${dropsText(total)}`,
  ];
  if (total.overBudget > 0) lines.push(`${total.overBudget} percepts came out later than the budget of ${latencyBudgetMs} ms`);
  if (total.gaps > 0) lines.push(`${total.gaps} gap${total.gaps === 1 ? '' : 's'} without frames`);
  const each = Object.entries(streams);
  if (each.length > 1) {
    for (const [id, counts] of each) lines.push(`  ${[`${id}: ${counts.percepts} of ${counts.received}`, `dropped: ${dropsText(counts)}`, ...trustTexts(counts)].join(', ')}`);
  } else lines.push(...each.flatMap(([, counts]) => trustTexts(counts)));
  if (total.percepts > 0) {
    lines.push('', 'milliseconds      p50      p90      p99      max');
    for (const [stage, distribution] of Object.entries(stagesMs)) lines.push(stageRow(stage, distribution));
  }
  if (written.length > 0) lines.push('', ...written.map((path) => `wrote ${path}`));
  return lines.join('\n');
}

/** Each reason that occurred, with how often. */
export function dropsText({ drops }: Pick<StreamCounts, 'drops'>): string {
  const parts = dropCounts({ drops }).filter(([, count]) => count > 0).map(([reason, count]) => `${count} ${reason}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

const WHOSE_CLOCK: Readonly<Record<CaptureClock, string>> = {
  sender: 'sender\'s clock', arrival: 'by arrival', wall: 'time of day in the stream',
};

/** How well the age of a stream's percepts is known; nothing where it is known exactly, as of a file, or none came. */
function trustTexts({ captureClocks, uncertaintyMs: { p50, max } }: StreamMeasurements): string[] {
  if (max === 0) return [];
  const clocks = CAPTURE_CLOCKS.filter((clock) => captureClocks[clock] > 0).map((clock) => WHOSE_CLOCK[clock]);
  return [`age known to ± ${p50 < 10 ? Number(p50.toFixed(1)) : Math.round(p50)} ms (${clocks.join(', ')})`];
}

function stageRow(stage: string, { p50, p90, p99, max }: Distribution): string {
  return `${stage.padEnd(12)}${[p50, p90, p99, max].map((ms) => ms.toFixed(2).padStart(9)).join('')}`;
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}

import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { renderReport, type ReportInput } from '../../../evaluation/report.js';
import { streamingJson, type StreamingJson, type StreamingScore } from '../../../evaluation/score.js';
import type { StreamedRun } from '../../../evaluation/streamed-run.js';
import { writeWholeFile } from '../../files/whole-file.js';
import { aboutFacts, type About } from './about.js';
import type { Scoring } from './scoring.js';

/**
 * Writes the report, if it has a path.
 * @throws OutputError if the file cannot be written
 */
export function writeReport(
  path: string | undefined,
  about: About,
  { facts = [], ...input }: Omit<ReportInput, 'facts'> & Partial<Pick<ReportInput, 'facts'>>,
): void {
  if (path !== undefined) writeWholeFile(path, renderReport({ ...input, facts: [...aboutFacts(about), ...facts] }));
}

export type ScoredRun = {
  readonly truth: GroundTruth;
  readonly run: StreamedRun;
  readonly score: StreamingScore;
  readonly eta: number;
  /** The title of the report. */
  readonly title: string;
};

/** The `--json` output of a streaming evaluation. */
export type StreamingResult = { readonly about: About } & StreamingJson;

/**
 * The result of a streaming evaluation. Writes its report, if it has a path.
 * @throws OutputError if the file cannot be written
 */
export function streamingResult(
  { truth, run, score, eta, title }: ScoredRun,
  about: About,
  { report, confusion }: Pick<Scoring, 'confusion'> & { readonly report: string | undefined },
): StreamingResult {
  writeReport(report, about, {
    title,
    facts: [['frames a second', run.fps.toFixed(2).replace(/\.?0+$/, '')]],
    truth,
    evaluation: score.final,
    confusion,
    streaming: { run, score, eta },
  });
  return { about, ...streamingJson(truth, run, score, confusion) };
}

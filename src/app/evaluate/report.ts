import { renderReport, type ReportInput } from '../../../evaluation/report.js';
import { streamingJson, type StreamingJson, type StreamingScore } from '../../../evaluation/score.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import type { StreamedRun } from '../../../evaluation/streamed-run.js';
import { writeOutput } from '../write-output.js';

/** A report that is asked for. */
export type ReportRequest = {
  readonly path: string;
  /** What was evaluated and how, as its reader may look it up: files, schedule… */
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/**
 * Writes the report, if one is asked for.
 * @param input its facts come before those of the request
 * @throws OutputError where the file cannot be written
 */
export function writeReport(
  request: ReportRequest | undefined,
  { facts = [], ...input }: Omit<ReportInput, 'facts'> & Partial<Pick<ReportInput, 'facts'>>,
): void {
  if (request !== undefined) writeOutput(request.path, renderReport({ ...input, facts: [...facts, ...request.facts] }));
}

export type ScoredRun = {
  readonly truth: GroundTruth;
  readonly run: StreamedRun;
  readonly score: StreamingScore;
  readonly eta: number;
  /** Of the report. */
  readonly title: string;
};

/**
 * The result of a streaming evaluation; writes its report, if one is asked for.
 * @throws OutputError where the file cannot be written
 */
export function streamingResult(
  { truth, run, score, eta, title }: ScoredRun,
  request: ReportRequest | undefined,
): StreamingJson {
  const frameRate = ['frames a second', run.fps.toFixed(2).replace(/\.?0+$/, '')] as const;
  writeReport(request && { ...request, facts: [...request.facts, frameRate] }, {
    title,
    truth,
    evaluation: score.final,
    streaming: { run, score, eta },
  });
  return streamingJson(truth, run, score);
}

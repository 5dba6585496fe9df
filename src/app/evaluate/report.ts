import { renderReport, type ReportInput } from '../../../evaluation/report.js';
import { streamingJson, type StreamingJson, type StreamingScore } from '../../../evaluation/score.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import type { StreamedRun } from '../../../evaluation/streamed-run.js';
import { writeWholeFile } from '../../files/whole-file.js';

/** The report of `--report`. */
export type ReportRequest = {
  readonly path: string;
  /** The files, schedule and options of the evaluation, for the reader of the report. */
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/**
 * Writes the report, if the request names one.
 * @param input its facts come before those of the request
 * @throws OutputError if the file cannot be written
 */
export function writeReport(
  request: ReportRequest | undefined,
  { facts = [], ...input }: Omit<ReportInput, 'facts'> & Partial<Pick<ReportInput, 'facts'>>,
): void {
  if (request !== undefined)
    writeWholeFile(request.path, renderReport({ ...input, facts: [...facts, ...request.facts] }));
}

export type ScoredRun = {
  readonly truth: GroundTruth;
  readonly run: StreamedRun;
  readonly score: StreamingScore;
  readonly eta: number;
  /** The title of the report. */
  readonly title: string;
};

/**
 * The result of a streaming evaluation. Writes its report, if the request names one.
 * @throws OutputError if the file cannot be written
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

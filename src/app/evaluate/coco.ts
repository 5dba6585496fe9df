import { evaluatePairing, everyImageWithItself } from '../../../evaluation/coco-ap.js';
import { evaluationJson, type EvaluationJson } from '../../../evaluation/score.js';
import type { AppContext } from '../context.js';
import { loadDetections, loadGroundTruth, type TruthFile } from './inputs.js';
import { writeReport, type ReportRequest } from './report.js';

export type CocoOptions = TruthFile & {
  /** File of COCO results. */
  readonly detections: string;
  readonly report: ReportRequest | undefined;
};

/**
 * COCO AP of a list of results.
 * @throws UsageError or DataError if a file cannot be read; OutputError if the report cannot be written
 */
export function evaluateCoco(
  { detections: path, report, ...file }: CocoOptions,
  { log }: Pick<AppContext, 'log'>,
): EvaluationJson {
  const truth = loadGroundTruth(file, 'boxes', log);
  const detections = loadDetections(path, truth, log);
  const evaluation = evaluatePairing(detections.matcher, everyImageWithItself(truth.images.length));
  writeReport(report, { title: 'COCO AP', truth, evaluation });
  return evaluationJson(truth, evaluation);
}

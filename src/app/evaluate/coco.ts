import { evaluatePairing, everyImageWithItself } from '../../../evaluation/coco-ap.js';
import { isPickle } from '../../../evaluation/sap/read-pickle.js';
import { evaluationJson, type EvaluationJson } from '../../../evaluation/score.js';
import type { AppContext } from '../context.js';
import { aboutResult, type About } from './about.js';
import { loadDetections, loadGroundTruth, type TruthFile } from './inputs.js';
import { writeReport } from './report.js';
import type { Scoring } from './scoring.js';

export type CocoOptions = TruthFile &
  Scoring & {
    /** File of COCO results. */
    readonly detections: string;
    /** File for the HTML report. */
    readonly report: string | undefined;
  };

export type CocoJson = { readonly about: About } & EvaluationJson;

/**
 * COCO AP of a list of results.
 * @throws UsageError or DataError if a file cannot be read; OutputError if the report cannot be written
 */
export async function evaluateCoco(
  options: CocoOptions,
  context: Pick<AppContext, 'log' | 'clock' | 'redact'>,
): Promise<CocoJson> {
  const { annotations, detections: path, confusion } = options;
  // The toolkit's labels need the annotations' coco_mapping, which pycocotools does not read.
  const truth = loadGroundTruth(options, isPickle(path) ? 'alone' : 'boxes', context.log);
  const detections = loadDetections(path, truth, options, context.log);
  const evaluation = evaluatePairing(detections.matcher, everyImageWithItself(truth.images.length));
  const about = await aboutResult(
    { command: 'eval coco', settings: options, data: { annotations, detections: path } },
    context,
  );
  writeReport(options.report, about, { title: 'COCO AP', truth, evaluation, confusion });
  return { about, ...evaluationJson(truth, evaluation, confusion) };
}

import { mapClasses } from '../../../evaluation/class-mapping.js';
import { evaluateBoxes } from '../../../evaluation/coco-ap.js';
import { cocoResults } from '../../../evaluation/coco-results.js';
import { DetectionList } from '../../../evaluation/detection-list.js';
import { evaluationJson, type EvaluationJson } from '../../../evaluation/score.js';
import type { Detection } from '../../core/detection.js';
import { SourceError } from '../../core/errors.js';
import type { AppContext } from '../context.js';
import { writeOutput } from '../write-output.js';
import { checkOneSequence, isVideoFile } from './data-root.js';
import { detectPictures, detectVideo } from './detect-frames.js';
import { loadGroundTruth } from './inputs.js';
import type { DetectorChoice } from './detector-choice.js';
import { openEvalDetector } from './open-detector.js';
import { writeReport, type ReportRequest } from './report.js';

export type OfflineOptions = {
  readonly annotations: string;
  /** The folder that holds the annotated pictures, or the annotated video. */
  readonly dataRoot: string;
  readonly detector: DetectorChoice;
  /** File for the detections, as COCO results. */
  readonly coco: string | undefined;
  readonly report: ReportRequest | undefined;
};

/**
 * COCO AP of a detector that runs on every frame, however long it takes.
 * @throws UsageError, DataError or SourceError if annotations and pictures cannot be read or do not fit; ModelError if
 *   the detector cannot be opened; OutputError if a file cannot be written
 */
export async function evaluateOffline(
  { annotations, dataRoot, detector: choice, coco, report }: OfflineOptions,
  context: AppContext,
): Promise<EvaluationJson> {
  const isVideo = isVideoFile(dataRoot);
  const truth = loadGroundTruth(annotations, isVideo ? 'video' : 'alone', context.log);
  if (isVideo) checkOneSequence(dataRoot, truth);

  // Checks the output path before the work, not after it.
  if (coco !== undefined) writeOutput(coco, '[]\n');
  const detector = await openEvalDetector(choice, context);
  const bar = context.progress.bar({ label: 'detecting', total: truth.images.length, unit: 'frames' });
  const list = new DetectionList();
  try {
    const classes = mapClasses(detector.info.classNames, truth);
    let done = 0;
    const found = (image: number, detections: readonly Detection[]): void => {
      for (const detection of detections)
        if (classes[detection.classId] >= 0) list.addDetection(image, classes[detection.classId], detection);
      bar.set(++done);
    };
    if (isVideo) await detectVideo(context, dataRoot, truth, detector, found);
    else await detectPictures(context.signal, dataRoot, truth, detector, found);
    if (done < truth.images.length)
      throw new SourceError(
        `${dataRoot} gave ${done} frames, but ${truth.images.length} are annotated; check that --data-root is the annotated video`,
      );
  } finally {
    bar.done();
    await detector.close();
  }

  const columns = list.columns();
  const evaluation = evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
  if (coco !== undefined) writeOutput(coco, cocoResults(truth, columns));
  const { model, input, provider } = detector.info;
  writeReport(report, {
    title: 'Offline AP',
    facts: [['model', `${model}, ${input.width}x${input.height}, ${provider}`]],
    truth,
    evaluation,
  });
  return evaluationJson(truth, evaluation);
}

import { matchClasses } from '../../../evaluation/class-mapping.js';
import { evaluateBoxes } from '../../../evaluation/coco-ap.js';
import { cocoResults } from '../../../evaluation/coco-results.js';
import { DetectionList } from '../../../evaluation/detection-list.js';
import { evaluationJson } from '../../../evaluation/score.js';
import type { Detection } from '../../core/detection.js';
import { SourceError } from '../../core/errors.js';
import { checkWholeFile, WholeFile } from '../../files/whole-file.js';
import type { AppContext } from '../context.js';
import { aboutResult, modelFacts } from './about.js';
import type { CocoJson } from './coco.js';
import { checkOneSequence, isVideoFile } from './data-root.js';
import { detectPictures, detectVideo } from './detect-frames.js';
import { DEFAULT_FPS, loadGroundTruth, type TruthFile } from './inputs.js';
import type { DetectorChoice } from './detector-choice.js';
import { openEvalDetector } from './open-detector.js';
import { PassedOver, type PassedOverJson } from './passed-over.js';
import { writeReport } from './report.js';
import { prepareSave } from './save/prepare-save.js';
import { saveFrames } from './save/save-frames.js';
import type { Scoring } from './scoring.js';
import { counted } from '../../core/counted.js';

export type OfflineOptions = TruthFile &
  Scoring & {
    /** The folder that holds the annotated pictures, or the annotated video. */
    readonly dataRoot: string;
    readonly detector: DetectorChoice;
    /** File for the detections, as COCO results. */
    readonly coco: string | undefined;
    readonly report: string | undefined;
    /** Folder or MP4 for the pictures with their boxes. */
    readonly save: string | undefined;
    /** Fails at the first picture that cannot be used, instead of passing over it. */
    readonly isStrict: boolean;
  };

/**
 * COCO AP of a detector that runs on every frame, however long it takes.
 * @throws UsageError, DataError or SourceError if annotations and pictures cannot be read or do not fit; ModelError if
 *   the detector cannot be opened; OutputError if a file cannot be written
 */
export async function evaluateOffline(
  options: OfflineOptions,
  context: AppContext,
): Promise<CocoJson & PassedOverJson> {
  const results = options.coco === undefined ? undefined : new WholeFile(options.coco);
  try {
    if (options.report !== undefined) checkWholeFile(options.report);
    return await detectAndScore(options, results, context);
  } finally {
    results?.release();
  }
}

async function detectAndScore(
  options: OfflineOptions,
  results: WholeFile | undefined,
  context: AppContext,
): Promise<CocoJson & PassedOverJson> {
  const { annotations, dataRoot, isStrict, maxDets, confusion } = options;
  const isVideo = isVideoFile(dataRoot);
  // Drawn pictures have one folder or one MP4, as those of a video.
  const images = isVideo || options.save !== undefined ? 'video' : 'alone';
  const truth = loadGroundTruth(options, images, context.log);
  if (isVideo) checkOneSequence(dataRoot, truth);
  const saving = await prepareSave(options, truth, context);

  const detector = await openEvalDetector(options.detector, context);
  const bar = context.progress.bar({ label: 'detecting', total: truth.images.length, unit: 'frames' });
  const list = new DetectionList();
  const passedOver = new PassedOver(truth, context.log, isStrict);
  try {
    const { mapping: classes, warnings } = matchClasses(detector.info.classNames, truth);
    for (const warning of warnings) context.log.warn(warning);
    let done = 0;
    const found = (image: number, detections: readonly Detection[]): void => {
      for (const detection of detections)
        if (classes[detection.classId] >= 0) list.addDetection(image, classes[detection.classId], detection);
      bar.set(++done);
    };
    if (isVideo) await detectVideo(context, dataRoot, truth, detector, found, passedOver);
    else await detectPictures(context.signal, dataRoot, truth, detector, found, passedOver);
    if (done < truth.images.length)
      throw new SourceError(
        `${dataRoot} gave ${counted(done, 'frame')}, but ${truth.images.length} are annotated; check that --data-root is the annotated video`,
      );
  } finally {
    bar.done();
    await detector.close();
  }

  const columns = list.columns();
  const scored = passedOver.scored();
  if (scored.objects.image.length === 0) context.log.warn('nothing is annotated, so there is no score');
  const evaluation = evaluateBoxes(scored.objects, columns, truth.images.length, truth.classes.length, maxDets);
  results?.write(cocoResults(truth, columns));
  await saveFrames(saving, { truth: scored, evaluation, confusion, fps: DEFAULT_FPS, passedOver }, context);
  const model = modelFacts(detector.info);
  const about = await aboutResult(
    { command: 'eval offline', settings: options, data: { annotations }, model },
    context,
  );
  writeReport(options.report, about, { title: 'Offline AP', truth: scored, evaluation, confusion });
  return { about, ...evaluationJson(scored, evaluation, confusion), ...passedOver.json() };
}

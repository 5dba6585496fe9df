import { mapClasses } from '../../../evaluation/class-mapping.js';
import { cocoTable } from '../../../evaluation/coco-table.js';
import { evaluateBoxes, type DetectionColumns } from '../../../evaluation/coco-ap.js';
import { DetectionList } from '../../../evaluation/detection-list.js';
import type { GroundTruth } from '../../../evaluation/ground-truth.js';
import { evaluationJson } from '../../../evaluation/score.js';
import type { Detection } from '../../core/detection.js';
import { SourceError } from '../../core/errors.js';
import type { CommandIo } from '../../cli/command-io.js';
import { checkOneSequence, isVideoFile } from './data-root.js';
import { detectPictures, detectVideo } from './detect-frames.js';
import { openEvalDetector } from './open-detector.js';
import { checkMinimum, factsOf, textFlag } from '../../cli/eval-flags.js';
import { loadGroundTruth } from './inputs.js';
import { writeOutput, writeReport } from '../../cli/eval-report.js';
import type { RunFlagValues } from '../../cli/run-flags.js';

/** `nowcast eval offline`. */
export async function evalOffline(io: CommandIo, flags: RunFlagValues): Promise<void> {
  const dataRoot = flags['dataRoot'] as string;
  const isVideo = isVideoFile(dataRoot);
  const truth = loadGroundTruth(flags['annotations'] as string, isVideo, io.log);
  if (isVideo) checkOneSequence(dataRoot, truth);

  const cocoPath = textFlag(flags, 'coco');
  // What cannot be written is told before the work, not after it.
  if (cocoPath !== undefined) writeOutput(cocoPath, '[]\n');
  const detector = await openEvalDetector(io, flags);
  const bar = io.progress.bar({ label: 'detecting', total: truth.images.length, unit: 'frames' });
  const list = new DetectionList();
  try {
    const classes = mapClasses(detector.info.classNames, truth);
    let done = 0;
    const found = (image: number, detections: readonly Detection[]): void => {
      for (const detection of detections) if (classes[detection.classId] >= 0) list.addDetection(image, classes[detection.classId], detection);
      bar.set(++done);
    };
    if (isVideo) await detectVideo(io, dataRoot, truth, detector, found);
    else await detectPictures(io.signal, dataRoot, truth, detector, found);
    if (done < truth.images.length) throw new SourceError(`${dataRoot} gave ${done} frames, but ${truth.images.length} are annotated; is it the annotated video?`);
  } finally {
    bar.done();
    await detector.close();
  }

  const columns = list.columns();
  const evaluation = evaluateBoxes(truth.objects, columns, truth.images.length, truth.classes.length);
  if (cocoPath !== undefined) writeOutput(cocoPath, cocoResults(truth, columns));
  const { model, input, provider } = detector.info;
  writeReport(flags, {
    title: 'Offline AP', truth, evaluation,
    facts: [['model', `${model}, ${input.width}x${input.height}, ${provider}`], ...factsOf(flags, ['annotations', 'dataRoot'])],
  });
  io.print(io.json ? JSON.stringify(evaluationJson(truth, evaluation)) : cocoTable(evaluation.stats));
  checkMinimum(evaluation.stats.AP, flags);
}

function cocoResults(truth: GroundTruth, { frame, classIndex, boxes, scores }: DetectionColumns): string {
  const round = (pixels: number): number => Math.round(pixels * 1000) / 1000;
  const lines = Array.from(frame, (image, row) => JSON.stringify({
    image_id: truth.images[image].id, category_id: truth.classes[classIndex[row]].id,
    bbox: Array.from(boxes.subarray(row * 4, row * 4 + 4), round), score: scores[row],
  }));
  return `[\n${lines.join(',\n')}\n]\n`;
}

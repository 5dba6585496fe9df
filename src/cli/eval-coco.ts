import { cocoTable } from '../../evaluation/coco-table.js';
import { evaluatePairing, everyImageWithItself } from '../../evaluation/coco-ap.js';
import { evaluationJson } from '../../evaluation/score.js';
import type { CommandIo } from './command-io.js';
import { checkMinimum, factsOf } from './eval-flags.js';
import { loadDetections, loadGroundTruth } from '../app/evaluate/inputs.js';
import { writeReport } from './eval-report.js';
import type { RunFlagValues } from './run-flags.js';

/** `nowcast eval coco`. */
export function evalCoco(io: CommandIo, flags: RunFlagValues): Promise<void> {
  const truth = loadGroundTruth(flags['annotations'] as string, false, io.log);
  const detections = loadDetections(flags['detections'] as string, truth, io.log);
  const evaluation = evaluatePairing(detections.matcher, everyImageWithItself(truth.images.length));
  writeReport(flags, { title: 'COCO AP', facts: factsOf(flags, ['annotations', 'detections']), truth, evaluation });
  io.print(io.json ? JSON.stringify(evaluationJson(truth, evaluation)) : cocoTable(evaluation.stats));
  checkMinimum(evaluation.stats.AP, flags);
  return Promise.resolve();
}

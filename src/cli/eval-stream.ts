import { scoreRun } from '../../evaluation/score.js';
import { UsageError } from '../core/errors.js';
import type { CommandIo } from './command-io.js';
import { forecastFlag, numberFlag, textFlag } from './eval-flags.js';
import { loadDetections, loadGroundTruth, loadRun } from '../app/evaluate/inputs.js';
import { printStreamingScore } from './eval-streaming-output.js';
import type { RunFlagValues } from './run-flags.js';

/** `nowcast eval stream`. */
export function evalStream(io: CommandIo, file: string | undefined, flags: RunFlagValues): Promise<void> {
  const recording = textFlag(flags, 'recording');
  const path = file ?? recording;
  if (path === undefined) throw new UsageError('eval stream needs a recording or timestamped outputs: name the file');
  if (file !== undefined && recording !== undefined) throw new UsageError(`eval stream scores one file, but got ${file} and --recording ${recording}`);
  const eta = numberFlag(flags, '--eta', 0, { min: -1 });
  const fps = numberFlag(flags, '--fps', undefined, { above: 0 });
  const forecaster = forecastFlag(flags);

  const truth = loadGroundTruth(flags['annotations'] as string, true, io.log);
  const detectionsPath = textFlag(flags, 'detections');
  const offline = detectionsPath === undefined ? undefined : loadDetections(detectionsPath, truth, io.log);
  const { run, detections } = loadRun(path, truth, fps, offline, io.log);
  const score = scoreRun(truth, run, detections, eta, forecaster, offline);
  printStreamingScore(io, { ...flags, recording: path }, {
    truth, run, score, eta, title: 'Streaming AP', told: ['recording', 'annotations', 'detections', 'eta', 'forecast'],
  });
  return Promise.resolve();
}

import { scoreRun, type StreamingJson } from '../../../evaluation/score.js';
import type { AppContext } from '../context.js';
import { forecasterOf } from './forecaster.js';
import { loadDetections, loadGroundTruth, loadRun, type TruthFile } from './inputs.js';
import { streamingResult, type ReportRequest } from './report.js';

export type StreamOptions = TruthFile & {
  /** A recording, or another program's timestamped outputs. */
  readonly run: string;
  /** Number of the run in a recording of several, from 1; undefined takes the last. */
  readonly runNumber: number | undefined;
  /** File of COCO results for every frame, for outputs without detections and to attribute the gap to offline AP. */
  readonly detections: string | undefined;
  /** Each frame is scored on the newest output from this many frame intervals earlier. */
  readonly eta: number;
  /** Frame rate; undefined takes the recording's. */
  readonly fps: number | undefined;
  /** `none`, or the forecaster that moves detections to the frame that they are scored on. */
  readonly forecast: string;
  readonly report: ReportRequest | undefined;
};

/**
 * Streaming AP of a finished run.
 * @throws UsageError or DataError for a file that cannot be read; OutputError if the report cannot be written
 */
export function evaluateStream(
  { run: path, runNumber, detections: detectionsPath, eta, fps, forecast, report, ...file }: StreamOptions,
  { log }: Pick<AppContext, 'log'>,
): StreamingJson {
  const truth = loadGroundTruth(file, 'video', log);
  const offline = detectionsPath === undefined ? undefined : loadDetections(detectionsPath, truth, log);
  const { run, detections } = loadRun(path, truth, fps, offline, log, { run: runNumber });
  const score = scoreRun(truth, run, detections, eta, forecasterOf(forecast), offline);
  return streamingResult({ truth, run, score, eta, title: 'Streaming AP' }, report);
}

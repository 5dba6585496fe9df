import { compareRuns, type RunDifference } from '../../../evaluation/diff.js';
import type { AppContext } from '../context.js';
import { loadDetections, loadGroundTruth, loadRun, type TruthFile } from './inputs.js';

export type { RunDifference };

export type DiffOptions = TruthFile & {
  /** Recordings or timestamped outputs over the same frames. */
  readonly runs: readonly [a: string, b: string];
  /** File of COCO results by frame, for outputs without detections. */
  readonly detections: string | undefined;
  readonly eta: number;
  /** Frame rate; undefined takes the recordings'. */
  readonly fps: number | undefined;
  /** Number of bootstrap samples. */
  readonly resamples: number;
  readonly seed: number;
};

/**
 * Compares the streaming AP of two runs.
 * @throws UsageError or DataError for a file that cannot be read
 */
export function diffRuns(
  { runs, detections, eta, fps, resamples, seed, ...file }: DiffOptions,
  { log }: Pick<AppContext, 'log'>,
): RunDifference {
  const truth = loadGroundTruth(file, 'video', log);
  const offline = detections === undefined ? undefined : loadDetections(detections, truth, log);
  const [a, b] = runs.map((path) => loadRun(path, truth, fps, offline, log));
  const difference = compareRuns(truth, a, b, eta, resamples, seed);
  if (difference.interval === null) log.warn('a confidence interval needs two sequences or more; this run has one');
  return difference;
}

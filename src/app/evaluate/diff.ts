import { compareRuns, type RunDifference } from '../../../evaluation/diff.js';
import { renderDifference } from '../../../evaluation/report-difference.js';
import { UsageError } from '../../core/errors.js';
import { checkWholeFile, writeWholeFile } from '../../files/whole-file.js';
import type { AppContext } from '../context.js';
import { aboutFacts, aboutResult, type About } from './about.js';
import { forecasterOf } from './forecaster.js';
import { loadDetections, loadGroundTruth, loadRun, type TruthFile } from './inputs.js';
import type { Scoring } from './scoring.js';

export type DiffOptions = TruthFile &
  Scoring & {
    /** A recording or timestamped outputs. */
    readonly a: string;
    /** Another over the same frames. Undefined: the same, so that only the forecasters differ. */
    readonly b: string | undefined;
    /** The forecaster of each side, or `none`. */
    readonly forecast: readonly [a: string, b: string];
    /** File of COCO results by frame, for outputs without detections and to attribute the gap to offline AP. */
    readonly detections: string | undefined;
    readonly eta: number;
    /** Frame rate; undefined takes the recordings'. */
    readonly fps: number | undefined;
    /** Number of bootstrap samples. */
    readonly resamples: number;
    readonly seed: number;
    /** File for the HTML report. */
    readonly report: string | undefined;
  };

export type DifferenceResult = { readonly about: About } & RunDifference;

/**
 * Compares the streaming AP of two runs, or of one run with and without a forecaster.
 * @throws UsageError or DataError for a file that cannot be read; OutputError if the report cannot be written
 */
export async function diffRuns(
  options: DiffOptions,
  context: Pick<AppContext, 'log' | 'clock' | 'redact'>,
): Promise<DifferenceResult> {
  const { annotations, a, b = a, forecast, detections, fps, report } = options;
  if (b === a && forecast[0] === forecast[1])
    throw new UsageError(
      `eval diff would compare ${a} with itself; name a second run, or a forecaster with --forecast`,
    );
  if (report !== undefined) checkWholeFile(report);
  const truth = loadGroundTruth(options, 'video', context.log);
  const offline = detections === undefined ? undefined : loadDetections(detections, truth, options, context.log);
  const runA = loadRun(a, truth, fps, offline, options, context.log);
  const runB = b === a ? runA : loadRun(b, truth, fps, offline, options, context.log);
  const [forecasterA, forecasterB] = forecast.map(forecasterOf);
  const difference = compareRuns(
    truth,
    { ...runA, forecaster: forecasterA },
    { ...runB, forecaster: forecasterB },
    { ...options, offline },
  );
  if (difference.interval === null)
    context.log.warn('a confidence interval needs two sequences or more; this run has one');
  const models = [runA.model, runB.model].filter((model) => model !== undefined);
  const about = await aboutResult(
    {
      command: 'eval diff',
      settings: options,
      data: { a, b, annotations, detections },
      model: models.length === 0 ? undefined : models,
    },
    context,
  );
  if (report !== undefined) writeWholeFile(report, renderDifference({ truth, difference, facts: aboutFacts(about) }));
  return { about, ...difference };
}

import type { TrackerFactory } from '../src/track/tracker.js';
import { attribute, type Attribution } from './attribution.js';
import { namedClassScores, uniqueNames, type ClassScore } from './class-scores.js';
import {
  DEFAULT_LIMITS,
  detectionTable,
  evaluateBoxes,
  matcher,
  objectTable,
  type CocoEvaluation,
  type CocoStats,
  type DetectionColumns,
  type DetectionLimits,
  type Matcher,
} from './coco-ap.js';
import { BACKGROUND, confusionMatrix, DEFAULT_CONFUSION, type ConfusionThresholds } from './confusion.js';
import { detectionsByFrame } from './detection-list.js';
import { forecastResults } from './forecast-results.js';
import type { GroundTruth } from './ground-truth.js';
import type { PairingCounts } from './pairing.js';
import type { StreamedRun } from './streamed-run.js';
import { streamingAp, type StreamingEvaluation } from './streaming-ap.js';

/** Detections grouped by frame, ready to be scored any number of times. */
export type ScoredDetections = {
  readonly columns: DetectionColumns;
  /** Number of groups. */
  readonly frames: number;
  readonly matcher: Matcher;
};

export function prepareDetections(
  truth: GroundTruth,
  columns: DetectionColumns,
  frames: number,
  limits: DetectionLimits = DEFAULT_LIMITS,
): ScoredDetections {
  const { length: classes } = truth.classes;
  return {
    columns,
    frames,
    matcher: matcher(
      objectTable(truth.objects, truth.images.length, classes),
      detectionTable(columns, frames, classes, limits),
    ),
  };
}

/** How well a run did. */
export type StreamingScore = {
  /** The outputs' detections, paired with the frames' own time. */
  readonly streamed: StreamingEvaluation;
  /** The final score: after forecasting if a forecaster is named, else equal to `streamed`. */
  readonly final: CocoEvaluation;
  readonly attribution: Attribution | undefined;
};

/**
 * @param detections of the run's outputs
 * @param offline the detector's results for every frame, grouped by image index, if available
 */
export function scoreRun(
  truth: GroundTruth,
  run: StreamedRun,
  detections: ScoredDetections,
  eta: number,
  forecaster: TrackerFactory | undefined,
  offline: ScoredDetections | undefined,
): StreamingScore {
  const streamed = streamingAp(detections.matcher, truth, run, eta);
  const final = forecaster === undefined ? streamed : evaluateForecast(truth, run, detections, eta, forecaster);
  const attribution = offline && attribute(offline.matcher, truth, run, eta, streamed.stats.AP, final.stats.AP);
  return { streamed, final, attribution };
}

function evaluateForecast(
  truth: GroundTruth,
  run: StreamedRun,
  { columns, frames, matcher }: ScoredDetections,
  eta: number,
  forecaster: TrackerFactory,
): CocoEvaluation {
  const forecasts = forecastResults(truth, run, eta, detectionsByFrame(columns, frames, truth.classes), forecaster);
  const { limits } = matcher.detections;
  return evaluateBoxes(truth.objects, forecasts, truth.images.length, truth.classes.length, limits);
}

/** The `--json` output of any evaluation. */
export type EvaluationJson = {
  readonly stats: CocoStats;
  /** The numbers of detections that `AR1`, `AR10` and `AR100` allow for an image; AP allows the greatest. */
  readonly maxDets: DetectionLimits;
  /** By class name; a name that several classes have is followed by their id. */
  readonly perClass: Readonly<Record<string, ClassScore>>;
  readonly confusion: ConfusionJson;
};

/** A confusion matrix with the names of its rows and columns. */
export type ConfusionJson = ConfusionThresholds & {
  /** The classes in order, then `background`. */
  readonly names: readonly string[];
  /** Row: annotated as; column: detected as. */
  readonly counts: readonly (readonly number[])[];
};

/** The `--json` output of a streaming evaluation. */
export type StreamingJson = EvaluationJson & {
  readonly pairing: PairingCounts;
  /** Number of frames for each age of their output, in frames. */
  readonly mismatches: StreamingEvaluation['mismatches'];
  /** Frames that were detected on, and frames that were not. */
  readonly runs: number;
  readonly drops: number;
  /** Number of drops for each reason that occurred. */
  readonly dropReasons: Readonly<Record<string, number>>;
  /** Null without the detector's results for every frame. */
  readonly attribution: Attribution | null;
};

export function evaluationJson(
  { classes }: GroundTruth,
  evaluation: CocoEvaluation,
  thresholds: ConfusionThresholds = DEFAULT_CONFUSION,
): EvaluationJson {
  return {
    stats: evaluation.stats,
    maxDets: evaluation.scored.matcher.detections.limits,
    perClass: namedClassScores(classes, evaluation),
    confusion: {
      ...thresholds,
      names: [...uniqueNames(classes), BACKGROUND],
      counts: confusionMatrix(evaluation.scored, thresholds),
    },
  };
}

export function streamingJson(
  truth: GroundTruth,
  run: StreamedRun,
  { streamed, final, attribution }: StreamingScore,
  thresholds?: ConfusionThresholds,
): StreamingJson {
  const drops = run.sequences.flatMap((sequence) => sequence.drops);
  const dropReasons = new Map<string, number>();
  for (const { reason } of drops) dropReasons.set(reason, (dropReasons.get(reason) ?? 0) + 1);
  return {
    ...evaluationJson(truth, final, thresholds),
    pairing: streamed.pairing,
    mismatches: streamed.mismatches,
    runs: run.sequences.reduce((count, { runs }) => count + runs.length, 0),
    drops: drops.length,
    dropReasons: Object.fromEntries(dropReasons),
    attribution: attribution ?? null,
  };
}

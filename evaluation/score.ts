import type { TrackerFactory } from '../src/track/tracker.js';
import { attribute, type Attribution } from './attribution.js';
import {
  detectionTable,
  evaluateBoxes,
  matcher,
  objectTable,
  type CocoEvaluation,
  type CocoStats,
  type DetectionColumns,
  type Matcher,
} from './coco-ap.js';
import { detectionsByFrame } from './detection-list.js';
import { forecastResults } from './forecast-results.js';
import type { GroundTruth, GroundTruthClass } from './ground-truth.js';
import { idText } from './record-id.js';
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

export function prepareDetections(truth: GroundTruth, columns: DetectionColumns, frames: number): ScoredDetections {
  const { length: classes } = truth.classes;
  return {
    columns,
    frames,
    matcher: matcher(
      objectTable(truth.objects, truth.images.length, classes),
      detectionTable(columns, frames, classes),
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
  { columns, frames }: ScoredDetections,
  eta: number,
  forecaster: TrackerFactory,
): CocoEvaluation {
  const forecasts = forecastResults(truth, run, eta, detectionsByFrame(columns, frames, truth.classes), forecaster);
  return evaluateBoxes(truth.objects, forecasts, truth.images.length, truth.classes.length);
}

/** The `--json` output of any evaluation. */
export type EvaluationJson = {
  readonly stats: CocoStats;
  readonly perClass: Readonly<Record<string, number | null>>;
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

export function evaluationJson({ classes }: GroundTruth, { stats, apPerClass }: CocoEvaluation): EvaluationJson {
  const isShared = (name: string): boolean => classes.filter((other) => other.name === name).length > 1;
  const keyOf = ({ id, name }: GroundTruthClass): string => (isShared(name) ? `${name} (id ${idText(id)})` : name);
  return { stats, perClass: Object.fromEntries(classes.map((cls, k) => [keyOf(cls), apPerClass[k]])) };
}

export function streamingJson(
  truth: GroundTruth,
  run: StreamedRun,
  { streamed, final, attribution }: StreamingScore,
): StreamingJson {
  const drops = run.sequences.flatMap((sequence) => sequence.drops);
  const dropReasons = new Map<string, number>();
  for (const { reason } of drops) dropReasons.set(reason, (dropReasons.get(reason) ?? 0) + 1);
  return {
    ...evaluationJson(truth, final),
    pairing: streamed.pairing,
    mismatches: streamed.mismatches,
    runs: run.sequences.reduce((count, { runs }) => count + runs.length, 0),
    drops: drops.length,
    dropReasons: Object.fromEntries(dropReasons),
    attribution: attribution ?? null,
  };
}

import { quantile } from '../src/core/quantile.js';
import type { Policy } from '../src/scheduling/policy.js';
import type { TrackerFactory } from '../src/track/tracker.js';
import { averagePrecision, everyImageWithItself, type CocoStats } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import type { PairingCounts } from './pairing.js';
import { drawnRuntimes } from './runtimes.js';
import { scoreRun, type ScoredDetections } from './score.js';
import { simulateSequence } from './simulate.js';
import { latenciesMs, simulatedRun } from './streamed-run.js';

/** A detector in a sweep: its results for every frame, and its runtimes. */
export type SweptDetector = {
  readonly name: string;
  readonly detections: ScoredDetections;
  readonly runtimesS: Float64Array;
};

type Named<T> = { readonly name: string; readonly value: T };

/** The settings of a sweep: every combination is simulated. */
export type SweepPlan = {
  readonly detectors: readonly SweptDetector[];
  readonly schedules: readonly Named<Policy>[];
  readonly forecasters: readonly Named<TrackerFactory | undefined>[];
  readonly perfFactors: readonly number[];
  readonly workers: number;
  readonly fps: number;
  readonly eta: number;
  /** Of the drawn runtimes; every combination draws the same ones. */
  readonly seed: number;
};

/** The score of one combination. Scores are 0 to 1. */
export type SweepRow = {
  readonly detector: string;
  readonly schedule: string;
  readonly forecast: string;
  readonly perfFactor: number;
  readonly stats: CocoStats;
  /** AP of the detector on every frame, without a clock. */
  readonly offlineAP: number | null;
  readonly pairing: PairingCounts;
  /** Mean age in frames of the outputs that frames were scored on; null without any output. */
  readonly meanStaleness: number | null;
  /** Frames that were detected on. */
  readonly runs: number;
  /** From capture to output; null without any output. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
};

/** Number of combinations. */
export function sweepSize({ detectors, schedules, forecasters, perfFactors }: SweepPlan): number {
  return detectors.length * schedules.length * forecasters.length * perfFactors.length;
}

/** Simulates every combination, the forecasters innermost, because they share a simulation. */
export function* sweep(truth: GroundTruth, plan: SweepPlan): Generator<SweepRow> {
  const { detectors, schedules, forecasters, perfFactors, workers, fps, eta, seed } = plan;
  const itself = everyImageWithItself(truth.images.length);
  for (const { name: detector, detections, runtimesS } of detectors) {
    const offlineAP = averagePrecision(detections.matcher, itself);
    for (const perfFactor of perfFactors) {
      const knownRuntimesS = runtimesS.map((s) => s / perfFactor);
      for (const { name: schedule, value: policy } of schedules) {
        const runtimes = drawnRuntimes(knownRuntimesS, seed);
        const settings = { fps, policy, workers, knownRuntimesS };
        const simulated = truth.sequences.map(({ images }) => simulateSequence(images.length, settings, runtimes));
        const run = simulatedRun(truth, simulated, fps);
        const latencies = latenciesMs(run);
        for (const { name: forecast, value: forecaster } of forecasters) {
          const { streamed, final } = scoreRun(truth, run, detections, eta, forecaster, undefined);
          const { frames, miss, mismatch } = streamed.pairing;
          yield {
            detector,
            schedule,
            forecast,
            perfFactor,
            stats: final.stats,
            offlineAP,
            pairing: streamed.pairing,
            meanStaleness: frames === miss ? null : mismatch / (frames - miss),
            runs: simulated.reduce((count, { runs }) => count + runs.length, 0),
            latencyMs:
              latencies.length === 0 ? null : { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
          };
        }
      }
    }
  }
}

/** The row with the highest AP; undefined if AP is undefined in every row. */
export function bestRow(rows: readonly SweepRow[]): SweepRow | undefined {
  let best: SweepRow | undefined;
  for (const row of rows) if (row.stats.AP !== null && !(row.stats.AP <= (best?.stats.AP ?? -1))) best = row;
  return best;
}

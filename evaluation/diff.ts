import type { TrackerFactory } from '../src/track/tracker.js';
import type { Attribution } from './attribution.js';
import { namedClassScores, type ClassScore } from './class-scores.js';
import { apResampler, type CocoStats } from './coco-ap.js';
import type { GroundTruth } from './ground-truth.js';
import { lastOutputs, type PairingCounts } from './pairing.js';
import { uniformRandom } from './runtimes.js';
import { scoreRun, type ScoredDetections } from './score.js';
import type { StreamedRun } from './streamed-run.js';

/** A run, the detections of its outputs, and the forecaster beside its detector. */
export type ComparedRun = {
  readonly run: StreamedRun;
  readonly detections: ScoredDetections;
  readonly forecaster?: TrackerFactory | undefined;
};

/** One of two compared runs. */
export type ComparedSide = {
  readonly stats: CocoStats;
  /** By class name; a name that several classes have is followed by their id. */
  readonly perClass: Readonly<Record<string, ClassScore>>;
  readonly pairing: PairingCounts;
  /** Null without the detector's results for every frame. */
  readonly attribution: Attribution | null;
};

export type RunDifference = {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** sAP of B minus sAP of A; null if there is no object to find. */
  readonly difference: number | null;
  /** The 95 % confidence interval of the difference; null with fewer than two sequences. */
  readonly interval: { readonly low: number; readonly high: number; readonly resamples: number } | null;
  /**
   * Number of frames that were paired with an older output, a newer one, or an equally old one, in B compared with A.
   */
  readonly frames: { readonly older: number; readonly newer: number; readonly equal: number };
  readonly sequences: readonly { readonly name: string; readonly a: number | null; readonly b: number | null }[];
};

export type Comparison = {
  readonly eta: number;
  /** Number of bootstrap samples over sequences, with replacement. */
  readonly resamples: number;
  readonly seed: number;
  /** The detector's results for every frame, to attribute the gap of each run to offline AP. */
  readonly offline?: ScoredDetections | undefined;
};

/** A missed frame counts as older than any output. */
const MISS = -1;

/**
 * Compares two runs over the same ground truth. Both are scored on the same frames, and every resample of the bootstrap
 * draws the same sequences for both, so that the difficulty of a sequence cancels out.
 */
export function compareRuns(
  truth: GroundTruth,
  a: ComparedRun,
  b: ComparedRun,
  { eta, resamples, seed, offline }: Comparison,
): RunDifference {
  const sides = [a, b].map(({ run, detections, forecaster }) => {
    const { streamed, final, attribution } = scoreRun(truth, run, detections, eta, forecaster, offline);
    const { matcher, pairing } = final.scored;
    return {
      side: {
        stats: final.stats,
        perClass: namedClassScores(truth.classes, final),
        pairing: streamed.pairing,
        attribution: attribution ?? null,
      },
      resampled: apResampler(matcher, pairing, sequenceOfImage(truth), truth.sequences.length),
      inputs: inputFrames(truth, run, eta),
    };
  });
  const [sideA, sideB] = sides;
  const differenceOf = (weights: ArrayLike<number>): number | null => {
    const [apA, apB] = [sideA.resampled(weights), sideB.resampled(weights)];
    return apA === null || apB === null ? null : apB - apA;
  };
  const [apOfA, apOfB] = [sideA.side.stats.AP, sideB.side.stats.AP];
  return {
    a: sideA.side,
    b: sideB.side,
    difference: apOfA === null || apOfB === null ? null : apOfB - apOfA,
    interval: truth.sequences.length < 2 ? null : bootstrap(differenceOf, truth.sequences.length, resamples, seed),
    frames: compareFrames(sideA.inputs, sideB.inputs),
    sequences: truth.sequences.map(({ name }, s) => {
      const alone = Int32Array.from(truth.sequences, (_, i) => (i === s ? 1 : 0));
      return { name, a: sideA.resampled(alone), b: sideB.resampled(alone) };
    }),
  };
}

/** The 2.5th and 97.5th percentile of the differences of resampled data sets. */
function bootstrap(
  differenceOf: (weights: ArrayLike<number>) => number | null,
  sequences: number,
  resamples: number,
  seed: number,
): RunDifference['interval'] {
  const random = uniformRandom(seed);
  const differences: number[] = [];
  const weights = new Int32Array(sequences);
  for (let n = 0; n < resamples; n++) {
    weights.fill(0);
    for (let draw = 0; draw < sequences; draw++) weights[Math.floor(random() * sequences)]++;
    const difference = differenceOf(weights);
    if (difference !== null) differences.push(difference);
  }
  if (differences.length === 0) return null;
  differences.sort((x, y) => x - y);
  const at = (q: number): number => differences[Math.min(differences.length - 1, Math.floor(q * differences.length))];
  return { low: at(0.025), high: at(0.975), resamples: differences.length };
}

function sequenceOfImage(truth: GroundTruth): Int32Array {
  const sequence = new Int32Array(truth.images.length);
  truth.sequences.forEach(({ images }, s) => images.forEach((image) => (sequence[image] = s)));
  return sequence;
}

/** For every frame of every sequence, the input of the output that it was paired with. */
function inputFrames(truth: GroundTruth, { sequences }: StreamedRun, eta: number): number[] {
  return truth.sequences.flatMap((_, s) => {
    const { outputs, frameTimesS } = sequences[s];
    return Array.from(lastOutputs(outputs.timesS, frameTimesS(eta)), (output) =>
      output < 0 ? MISS : outputs.inputFrames[output],
    );
  });
}

function compareFrames(a: readonly number[], b: readonly number[]): RunDifference['frames'] {
  let [older, newer, equal] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (b[i] < a[i]) older++;
    else if (b[i] > a[i]) newer++;
    else equal++;
  }
  return { older, newer, equal };
}

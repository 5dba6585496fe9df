import type { NowcastTuning } from './nowcast-tuning.js';

/**
 * The noise learned from a stream for one class: the accuracy of its detections and the variability of its motion, as
 * multiples of the tuning's variances. One pair for the centre's x and y, one for size and aspect ratio.
 */
export type LearnedNoise = {
  detection: PerKind;
  wander: PerKind;
};

/** Of the centre's coordinates, and of the sides'. */
type PerKind = { centre: number; sides: number };

/** Surprises are limited to this many standard deviations, so that one wrong match teaches little. */
const MAX_SURPRISE = 3;

export function nothingLearned(): LearnedNoise {
  return { detection: { centre: 1, sides: 1 }, wander: { centre: 1, sides: 1 } };
}

/**
 * Learns from one coordinate's surprise: measurement minus prediction, in standard deviations of both.
 *
 * Surprises larger than expected indicate noisy detections. Surprises that keep their sign from one sighting to the
 * next indicate more variable motion than assumed; alternating ones indicate less. Source: whiteness of innovations,
 * Mehra 1970, "On the identification of variances and adaptive Kalman filtering".
 * @param before the same coordinate's surprise at the track's previous sighting
 * @param detectionShare the share of the detection's own variance in the expected variance, 0 to 1
 */
export function learn(
  noise: LearnedNoise,
  kind: keyof PerKind,
  surprise: number,
  before: number,
  detectionShare: number,
  tuning: NowcastTuning,
): void {
  const [now, then] = [limit(surprise, -MAX_SURPRISE, MAX_SURPRISE), limit(before, -MAX_SURPRISE, MAX_SURPRISE)];
  const tooNoisy = tuning.learningRate * detectionShare * (now * now - 1);
  const tooWild = tuning.trendRate * limit(now * then, -2, 4);
  noise.detection[kind] = limit(noise.detection[kind] * (1 + tooNoisy), tuning.leastNoise, tuning.mostNoise);
  noise.wander[kind] = limit(noise.wander[kind] * (1 + tooWild), tuning.leastWander, tuning.mostWander);
}

function limit(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

import type { NowcastTuning } from './nowcast-tuning.js';

/**
 * What a stream has taught about one class: how badly its boxes are detected and how wildly it moves, as multiples of
 * the tuning's variances; those for the centre's x and y, and those for size and aspect ratio.
 */
export type LearnedNoise = {
  detection: PerKind;
  wander: PerKind;
};

/** Of the centre's coordinates, and of the sides'. */
type PerKind = { centre: number; sides: number };

/** Surprises count as at most this many standard deviations, so that one wrong match teaches little. */
const MAX_SURPRISE = 3;

export function nothingLearned(): LearnedNoise {
  return { detection: { centre: 1, sides: 1 }, wander: { centre: 1, sides: 1 } };
}

/**
 * Learns from one coordinate's surprise: what was seen less what was expected, in standard deviations of the two.
 *
 * Surprises that are larger than expected tell of noisy detections. Surprises that keep their sign from one sighting
 * to the next tell that objects change their pace more than was thought, and those that alternate, less.
 * Source: whiteness of innovations, Mehra 1970, "On the identification of variances and adaptive Kalman filtering".
 *
 * @param before the same coordinate's surprise at the track's sighting before
 * @param detectionShare how much of the variance that was expected is the detection's own, 0 to 1
 */
export function learn(noise: LearnedNoise, kind: keyof PerKind, surprise: number, before: number, detectionShare: number, tuning: NowcastTuning): void {
  const [now, then] = [limit(surprise, -MAX_SURPRISE, MAX_SURPRISE), limit(before, -MAX_SURPRISE, MAX_SURPRISE)];
  const tooNoisy = tuning.learningRate * detectionShare * (now * now - 1);
  const tooWild = tuning.trendRate * limit(now * then, -2, 4);
  noise.detection[kind] = limit(noise.detection[kind] * (1 + tooNoisy), tuning.leastNoise, tuning.mostNoise);
  noise.wander[kind] = limit(noise.wander[kind] * (1 + tooWild), tuning.leastWander, tuning.mostWander);
}

function limit(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

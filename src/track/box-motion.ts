import type { Box } from '../core/box.js';
import { correct, motionAt, predict, varianceAfter, type Motion } from './kalman.js';
import { learn, type LearnedNoise } from './learned-noise.js';
import type { NowcastTuning } from './nowcast-tuning.js';

/**
 * A box as four nearly independent numbers: its centre's x and y in pixels, the logarithm of its size (the square root
 * of width times height), and the logarithm of width over height.
 */
export type Coordinates = readonly [x: number, y: number, logSize: number, logAspect: number];

/** The motion of a box: a filter for each coordinate. A frame is 1/30 s. */
export type BoxMotion = readonly [x: Motion, y: Motion, logSize: Motion, logAspect: Motion];

/** A larger change in size is noise, not an approach. */
const MAX_LOOMING = 0.5;

export function coordinatesOf({ x1, y1, x2, y2 }: Box): Coordinates {
  const width = Math.max(1, x2 - x1);
  const height = Math.max(1, y2 - y1);
  return [(x1 + x2) / 2, (y1 + y2) / 2, Math.log(width * height) / 2, Math.log(width / height)];
}

export function boxOf([x, y, logSize, logAspect]: Coordinates): Box {
  const halfWidth = Math.exp(logSize + logAspect / 2) / 2;
  const halfHeight = Math.exp(logSize - logAspect / 2) / 2;
  return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
}

/** Current state of the motion. */
export function expectedOf([x, y, logSize, logAspect]: BoxMotion): Coordinates {
  return [x.value, y.value, logSize.value, logAspect.value];
}

/** Variances of a detector's measurement of the coordinates, for a box of this size and aspect ratio. */
export function detectionNoise(
  [, , logSize, logAspect]: Coordinates,
  { detection }: LearnedNoise,
  tuning: NowcastTuning,
): Coordinates {
  const width = Math.exp(logSize + logAspect / 2);
  const height = Math.exp(logSize - logAspect / 2);
  const pixels = tuning.pixelNoise ** 2;
  const centre = detection.centre * tuning.centreNoise ** 2;
  const sides = 2 * detection.sides * tuning.sideNoise ** 2 + pixels / width ** 2 + pixels / height ** 2;
  return [centre * width ** 2 + pixels, centre * height ** 2 + pixels, sides / 4, sides];
}

/** The motion of an object seen for the first time: at its position, with any velocity. */
export function startMotion(seen: Coordinates, noise: Coordinates, tuning: NowcastTuning): BoxMotion {
  const pace = (tuning.firstRate * Math.exp(seen[2]) + tuning.firstRatePixels) ** 2;
  return [
    motionAt(seen[0], noise[0], pace),
    motionAt(seen[1], noise[1], pace),
    motionAt(seen[2], noise[2], tuning.firstGrowth ** 2),
    motionAt(seen[3], noise[3], tuning.firstAspectRate ** 2),
  ];
}

/** Predicts a motion over `frames` of 1/30 s, 0 or more; the variance of its rates grows with this time. */
export function advance(motion: BoxMotion, frames: number, { wander }: LearnedNoise, tuning: NowcastTuning): void {
  const size = Math.exp(motion[2].value);
  const quickening = loom(motion, frames, tuning);
  const drift = (coordinate: Motion, variance: number): void =>
    predict(
      coordinate,
      frames * quickening,
      (variance * frames ** 3) / 3,
      variance * frames,
      (variance * frames ** 2) / 2,
    );
  const centreWander = wander.centre * (tuning.wander * size + tuning.wanderPixels) ** 2;
  drift(motion[0], centreWander);
  drift(motion[1], centreWander);
  drift(motion[2], wander.sides * tuning.growthWander ** 2);
  drift(motion[3], wander.sides * tuning.aspectWander ** 2);
  motion[0].rate *= quickening ** 2;
  motion[1].rate *= quickening ** 2;
  motion[2].rate *= quickening;
}

/**
 * Corrects a motion by a measurement, and `learned` by the difference from the prediction.
 * @param noise variances of the measurement
 * @param surprises of the previous sighting, in standard deviations; overwritten with those of this one
 */
export function correctMotion(
  motion: BoxMotion,
  seen: Coordinates,
  noise: Coordinates,
  surprises: number[],
  learned: LearnedNoise,
  tuning: NowcastTuning,
): void {
  motion.forEach((coordinate, i) => {
    const variance = coordinate.valueVariance + noise[i];
    const surprise = (seen[i] - coordinate.value) / Math.sqrt(variance);
    learn(learned, i < 2 ? 'centre' : 'sides', surprise, surprises[i], noise[i] / variance, tuning);
    surprises[i] = surprise;
    correct(coordinate, seen[i], noise[i]);
  });
}

/** The predicted box, `frames` of 1/30 s after the motion's time. */
export function boxAfter(motion: BoxMotion, frames: number, tuning: NowcastTuning): Box {
  const ahead = frames * loom(motion, frames, tuning);
  const at = ({ value, rate }: Motion): number => value + ahead * rate;
  const grown = ({ value, rate }: Motion): number =>
    value + Math.min(tuning.maxGrowth, Math.max(-tuning.maxGrowth, ahead * rate));
  const [x, y, logSize, logAspect] = motion;
  return boxOf([at(x), at(y), grown(logSize), grown(logAspect)]);
}

/** Standard deviation of the centre after `frames`, as a fraction of the sides. */
export function spreadAfter([x, y, logSize, logAspect]: BoxMotion, frames: number): number {
  const aspect = Math.exp(logAspect.value);
  const area = Math.exp(2 * logSize.value);
  return Math.sqrt((varianceAfter(x, frames) / aspect + varianceAfter(y, frames) * aspect) / (2 * area));
}

/**
 * An object that approaches at constant speed moves ever faster in the picture. With growth g a frame, perspective
 * moves the centre in t frames as far as a constant rate would in t / (1 - g t).
 */
function loom([, , logSize]: BoxMotion, frames: number, { looming }: NowcastTuning): number {
  const closer = looming * logSize.rate * frames;
  return 1 / (1 - Math.min(MAX_LOOMING, Math.max(-MAX_LOOMING, closer)));
}

/**
 * One coordinate of a box that moves at a nearly constant rate: a Kalman filter of two states.
 *
 * A box needs four of these. With diagonal process and measurement noise, as here, the eight-state filter of a box
 * equals four filters of two states.
 */
export type Motion = {
  value: number;
  /** Change of `value` in one frame interval. */
  rate: number;
  valueVariance: number;
  /** Between value and rate. */
  covariance: number;
  rateVariance: number;
};

export function motionAt(value: number, valueVariance: number, rateVariance: number): Motion {
  return { value, rate: 0, valueVariance, covariance: 0, rateVariance };
}

/**
 * Predicts a motion over `frames` frame intervals (may be fractional or negative).
 * @param valueNoise variance added to the value
 * @param rateNoise variance added to the rate
 * @param jointNoise covariance of the two
 */
export function predict(motion: Motion, frames: number, valueNoise: number, rateNoise: number, jointNoise = 0): void {
  motion.value += frames * motion.rate;
  motion.valueVariance = varianceAfter(motion, frames) + valueNoise;
  motion.covariance += frames * motion.rateVariance + jointNoise;
  motion.rateVariance += rateNoise;
}

/** The value's variance after `frames` frame intervals at its current rate. */
export function varianceAfter({ valueVariance, covariance, rateVariance }: Motion, frames: number): number {
  return valueVariance + frames * (2 * covariance + frames * rateVariance);
}

/** Corrects a motion by a measured value with the given variance above 0. */
export function correct(motion: Motion, measured: number, variance: number): void {
  const total = motion.valueVariance + variance;
  const rateGain = motion.covariance / total;
  const surprise = measured - motion.value;
  motion.value += (motion.valueVariance / total) * surprise;
  motion.rate += rateGain * surprise;
  // This form keeps variances non-negative under rounding, for any prediction time.
  motion.rateVariance = Math.max(0, motion.rateVariance - rateGain * motion.covariance);
  motion.covariance *= variance / total;
  motion.valueVariance *= variance / total;
}

import type { ParameterLayout } from './network/parameters.js';

export type SgdOptions = {
  readonly momentum: number;
  /** For weights of convolutions only. */
  readonly weightDecay: number;
};

/** YOLOX's (`yolox/exp/yolox_base.py`). */
export const DEFAULT_SGD: SgdOptions = { momentum: 0.9, weightDecay: 5e-4 };

/**
 * One step of stochastic gradient descent with Nesterov momentum, as PyTorch's `SGD`.
 * @param parameters changed in place
 * @param velocity of the same length, zeros before the first step; changed in place
 */
export function sgdStep(
  parameters: Float32Array,
  velocity: Float32Array,
  gradient: Float32Array,
  lr: number,
  { decayed }: Pick<ParameterLayout, 'decayed'>,
  { momentum, weightDecay }: SgdOptions = DEFAULT_SGD,
): void {
  const update = (from: number, to: number, decay: number): void => {
    for (let i = from; i < to; i++) {
      const slope = gradient[i] + decay * parameters[i];
      velocity[i] = momentum * velocity[i] + slope;
      parameters[i] -= lr * (slope + momentum * velocity[i]);
    }
  };
  update(0, decayed, weightDecay);
  update(decayed, parameters.length, 0);
}

export type LrScheduleOptions = {
  /** The peak rate, reached at the end of the warm-up. */
  readonly lr: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly warmupEpochs: number;
  /** Rate at the very beginning. */
  readonly warmupStartLr: number;
  /** The last epochs, which run without mosaic and at the lowest rate. */
  readonly closingEpochs: number;
  /** The lowest rate as a share of `lr`. */
  readonly minLrRatio: number;
};

/**
 * The rate of the step after this number of steps: it rises quadratically, falls by half a cosine, then stays flat.
 * Source: YOLOX `yolox/utils/lr_scheduler.py`, `yolox_warm_cos_lr`; `yolox/core/trainer.py`, `train_one_iter`.
 */
export function lrSchedule(options: LrScheduleOptions): (stepsDone: number) => number {
  const { lr, stepsPerEpoch, epochs, warmupEpochs, warmupStartLr, closingEpochs, minLrRatio } = options;
  const warmupSteps = warmupEpochs * stepsPerEpoch;
  const flatFrom = (epochs - closingEpochs) * stepsPerEpoch;
  const leastLr = lr * minLrRatio;
  return (stepsDone) => {
    if (warmupSteps === 0 && stepsDone === 0) return lr;
    if (stepsDone <= warmupSteps) return (lr - warmupStartLr) * (stepsDone / warmupSteps) ** 2 + warmupStartLr;
    if (stepsDone >= flatFrom) return leastLr;
    return (
      leastLr + 0.5 * (lr - leastLr) * (1 + Math.cos((Math.PI * (stepsDone - warmupSteps)) / (flatFrom - warmupSteps)))
    );
  };
}

/** The rate of a batch of this many pictures: 0.01 for 64, and in proportion. */
export function linearLr(batchSize: number): number {
  return (0.01 / 64) * batchSize;
}

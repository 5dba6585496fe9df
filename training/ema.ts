import type { Weights } from './network/weights.js';

const DECAY = 0.9998;
/** Number of updates after which the average is slow; it follows the first ones quickly. */
const RAMP_UPDATES = 2000;

/**
 * Moves the average of a network's weights, running statistics included, towards the current ones. Source: YOLOX
 * `yolox/utils/ema.py`, `ModelEMA`.
 * @param average changed in place
 * @param update number of this update, from 1
 */
export function updateAverage(average: Weights, { parameters, statistics }: Weights, update: number): void {
  const decay = DECAY * (1 - Math.exp(-update / RAMP_UPDATES));
  blend(average.parameters, parameters, 1 - decay);
  blend(average.statistics, statistics, 1 - decay);
}

const STATISTICS_MOMENTUM = 0.03;

/**
 * Moves running statistics towards a batch's (YOLOX `yolox/exp/yolox_base.py`, `init_yolo`). @param running changed in
 * place
 */
export function updateStatistics(running: Float32Array, ofBatch: Float32Array): void {
  blend(running, ofBatch, STATISTICS_MOMENTUM);
}

function blend(values: Float32Array, towards: Float32Array, share: number): void {
  for (let i = 0; i < values.length; i++) values[i] += share * (towards[i] - values[i]);
}

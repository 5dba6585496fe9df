import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../src/core/errors.js';
import { readCheckpoint, readTensors, type Checkpoint } from './checkpoint/checkpoint.js';
import type { Network } from './network/description.js';
import { parameterLayout } from './network/parameters.js';
import { copyWeights, initialWeights, takeTensors } from './network/weights.js';
import type { TrainOptions } from './train-options.js';

/**
 * The resumed run's state, or a new run's.
 * @throws UsageError if the run's folder does not fit the options
 */
export function startState(
  { config, train: { classNames }, out, resume, from }: TrainOptions,
  network: Network,
): Checkpoint {
  const last = join(out, 'last.safetensors');
  if (resume) {
    if (!existsSync(last))
      throw new UsageError(`${out} holds no run to continue (last.safetensors); remove --resume to start one`);
    const checkpoint = readCheckpoint(last);
    if (String(checkpoint.facts.classNames) !== String(classNames) || checkpoint.facts.variant !== config.variant) {
      throw new UsageError(
        `${out} is a run of ${checkpoint.facts.variant} on other classes; resume it with its own config, or start a new run in another folder`,
      );
    }
    return checkpoint;
  }
  if (existsSync(last))
    throw new UsageError(
      `${out} holds a run already (last.safetensors); continue it with --resume, or choose another folder`,
    );
  const weights = initialWeights(network, config.seed);
  if (from !== undefined)
    takeTensors(parameterLayout(network), weights, readTensors(from).tensors, { otherClasses: true });
  return {
    facts: { variant: config.variant, classNames, input: config.input, step: 0, bestAp: null, config },
    weights,
    average: copyWeights(weights),
    velocity: new Float32Array(weights.parameters.length),
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../src/core/errors.js';
import { readCheckpoint, readTensors, type Checkpoint } from './checkpoint/checkpoint.js';
import { factsOf } from './data-set/summary.js';
import { takeFirstWeights } from './first-weights.js';
import type { Network } from './network/description.js';
import { copyWeights, initialWeights } from './network/weights.js';
import { hasSameValidation, resumedSettings } from './resumed-settings.js';
import type { TrainOptions } from './train-options.js';

/**
 * The resumed run's state, or a new run's.
 * @param options `onWarning` is called for settings that changed, and for weights of other classes
 * @throws UsageError if the run's folder does not fit the options
 */
export function startState(options: TrainOptions, network: Network): Checkpoint {
  const { config, train, val, out, resume, from, onWarning } = options;
  const last = join(out, 'last.safetensors');
  const data = { data: factsOf(train), ...(val && { valData: factsOf(val) }) };
  if (resume) {
    if (!existsSync(last))
      throw new UsageError(`${out} holds no run to continue (last.safetensors); remove --resume to start one`);
    const checkpoint = readCheckpoint(last);
    for (const warning of resumedSettings(checkpoint.facts, options)) onWarning(warning);
    const facts = { ...checkpoint.facts, ...data };
    if (hasSameValidation(checkpoint.facts, val)) return { ...checkpoint, facts };
    onWarning('the best AP so far was measured on other pictures; it starts anew');
    return { ...checkpoint, facts: { ...facts, bestAp: null } };
  }
  if (existsSync(last))
    throw new UsageError(
      `${out} holds a run already (last.safetensors); continue it with --resume, or choose another folder`,
    );
  const { classNames } = train;
  const weights = initialWeights(network, config.seed);
  if (from !== undefined) {
    const file = { ...readTensors(from), path: from };
    for (const warning of takeFirstWeights(network, weights, file, classNames)) onWarning(warning);
  }
  return {
    facts: { variant: config.variant, classNames, input: config.input, step: 0, bestAp: null, config, ...data },
    weights,
    average: copyWeights(weights),
    velocity: new Float32Array(weights.parameters.length),
  };
}

import { DataError } from '../../src/core/errors.js';
import { Random } from '../random.js';
import type { Network } from './description.js';
import { initialVariances } from './initial-statistics.js';
import { convLayers, parameterLayout, predictLayers, type ParameterLayout } from './parameters.js';

/** All numbers of a network, in the layout of its {@link ParameterLayout}. */
export type Weights = {
  /** The parameters, which training changes. */
  readonly parameters: Float32Array;
  /** Running means of all norms, then running variances (unbiased). */
  readonly statistics: Float32Array;
};

/** A named tensor in a checkpoint. */
export type NamedTensor = { readonly shape: readonly number[]; readonly data: Float32Array };

/** Prior probability of an object in an untrained network: sets the bias of its scores (YOLOX `initialize_biases`). */
const PRIOR_PROBABILITY = 0.01;

/** Untrained weights, drawn like PyTorch's and YOLOX's; the same for the same seed. */
export function initialWeights(network: Network, seed: number): Weights {
  const layout = parameterLayout(network);
  const random = new Random(seed);
  const parameters = new Float32Array(layout.size);
  const offsets = new Map(layout.parameters.map(({ name, offset }) => [name, offset]));
  const draw = (name: string, count: number, bound: number): void => {
    const offset = offsets.get(name)!;
    for (let i = 0; i < count; i++) parameters[offset + i] = random.between(-bound, bound);
  };
  for (const { name, input, output, kernel, depthwise } of convLayers(network)) {
    const inputs = (depthwise ? 1 : input.channels) * kernel ** 2;
    draw(`${name}.conv.weight`, output.channels * inputs, 1 / Math.sqrt(inputs));
  }
  for (const { input, parts } of predictLayers(network)) {
    const bound = 1 / Math.sqrt(input.channels);
    for (const { name, channels } of parts) {
      draw(`${name}.weight`, channels * input.channels, bound);
      const bias = offsets.get(`${name}.bias`)!;
      if (name.includes('reg_preds')) draw(`${name}.bias`, channels, bound);
      else parameters.fill(-Math.log((1 - PRIOR_PROBABILITY) / PRIOR_PROBABILITY), bias, bias + channels);
    }
  }
  parameters.fill(1, layout.scaleOffset, layout.shiftOffset);
  const statistics = new Float32Array(2 * layout.normChannels);
  initialVariances(network).forEach((variance, i) => {
    const { channels, offset } = layout.norms[i];
    statistics.fill(variance, layout.normChannels + offset, layout.normChannels + offset + channels);
  });
  return { parameters, statistics };
}

/** Every tensor by the reference's name; views, not copies. */
export function namedTensors(layout: ParameterLayout, { parameters, statistics }: Weights): Map<string, NamedTensor> {
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape, offset, size } of layout.parameters) {
    tensors.set(name, { shape, data: parameters.subarray(offset, offset + size) });
  }
  for (const { name, channels, offset } of layout.norms) {
    const mean = offset;
    const variance = layout.normChannels + offset;
    tensors.set(`${name}.running_mean`, { shape: [channels], data: statistics.subarray(mean, mean + channels) });
    tensors.set(`${name}.running_var`, { shape: [channels], data: statistics.subarray(variance, variance + channels) });
  }
  return tensors;
}

/**
 * Copies named tensors into `weights`, and leaves the others unchanged.
 * @param classes whether class predictions are copied: they must fit (default), are skipped where their number differs,
 * or are all skipped
 * @returns skipped names
 * @throws DataError naming the tensor that is missing or has another shape
 */
export function takeTensors(
  layout: ParameterLayout,
  weights: Weights,
  tensors: ReadonlyMap<string, NamedTensor>,
  { classes = 'all' }: { readonly classes?: 'all' | 'where they fit' | 'none' } = {},
): string[] {
  const passedOver: string[] = [];
  for (const [name, { shape, data }] of namedTensors(layout, weights)) {
    const given = tensors.get(name);
    if (given === undefined)
      throw new DataError(`the weights have no "${name}"; check that they belong to this variant`);
    const isOfClasses = name.includes('.cls_preds.');
    const fits = String(given.shape) === String(shape);
    if (fits && !(isOfClasses && classes === 'none')) data.set(given.data);
    else if (isOfClasses && classes !== 'all') passedOver.push(name);
    else
      throw new DataError(
        `the weights' "${name}" is [${String(given.shape)}], but this network's is [${String(shape)}]; check that they belong to this variant and class count`,
      );
  }
  return passedOver;
}

export function copyWeights({ parameters, statistics }: Weights): Weights {
  return { parameters: parameters.slice(), statistics: statistics.slice() };
}

import { NORM_EPSILON, type ConvLayer, type Network, type PredictLayer } from '../network/description.js';
import { convShape, parameterLayout } from '../network/parameters.js';
import { namedTensors, type Weights } from '../network/weights.js';

/** A convolution with bias: weights [out, in / groups, kernel, kernel], bias [out]. */
export type FoldedConv = {
  readonly shape: readonly [number, number, number, number];
  readonly weights: Float32Array;
  readonly bias: Float32Array;
};

/** Gives each convolution of a trained network with its norm folded in, and each prediction with its parts stacked. */
export function foldNorms(network: Network, weights: Weights): (layer: ConvLayer | PredictLayer) => FoldedConv {
  const tensors = namedTensors(parameterLayout(network), weights);
  const data = (name: string): Float32Array => tensors.get(name)!.data;

  const foldConv = (layer: ConvLayer): FoldedConv => {
    const { name } = layer;
    const shape = convShape(layer);
    const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) =>
      data(`${name}.bn.${part}`),
    );
    const folded = data(`${name}.conv.weight`).slice();
    const bias = new Float32Array(shape[0]);
    const perChannel = shape[1] * shape[2] * shape[3];
    for (let channel = 0; channel < shape[0]; channel++) {
      const factor = scale[channel] / Math.sqrt(variance[channel] + NORM_EPSILON);
      for (let i = channel * perChannel; i < (channel + 1) * perChannel; i++) folded[i] *= factor;
      bias[channel] = shift[channel] - mean[channel] * factor;
    }
    return { shape, weights: folded, bias };
  };
  const stackParts = ({ input, output, parts }: PredictLayer): FoldedConv => ({
    shape: [output.channels, input.channels, 1, 1],
    weights: joined(parts.map(({ name }) => data(`${name}.weight`))),
    bias: joined(parts.map(({ name }) => data(`${name}.bias`))),
  });
  return (layer) => (layer.kind === 'conv' ? foldConv(layer) : stackParts(layer));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

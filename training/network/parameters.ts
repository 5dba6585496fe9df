import type { ConvLayer, Network, PredictLayer } from './description.js';

/** A trainable tensor, with its position in the flat array of all of them. */
export type Parameter = {
  /** As in the reference's state dict. */
  readonly name: string;
  readonly shape: readonly number[];
  /** In elements. */
  readonly offset: number;
  readonly size: number;
};

/** Batch normalization of one convolution. */
export type Norm = {
  /** `{name}.weight`, `{name}.bias`, `{name}.running_mean`, `{name}.running_var`. */
  readonly name: string;
  readonly channels: number;
  /** The offset of its channels among those of all norms. */
  readonly offset: number;
};

/**
 * The positions of a network's parameters in one flat array. In this order: weights of convolutions (only these decay),
 * biases of predictions, scales of the norms, shifts of the norms. So optimizers and the algebra of batch normalization
 * are loops over ranges.
 */
export type ParameterLayout = {
  /** Every parameter, in ascending order of its offset. */
  readonly parameters: readonly Parameter[];
  readonly size: number;
  /** Elements [0, decayed) are the weights of convolutions. */
  readonly decayed: number;
  /** In the order of the network's convolutions. */
  readonly norms: readonly Norm[];
  /** Channels of all norms together: the number of scales, shifts, running means and running variances. */
  readonly normChannels: number;
  readonly scaleOffset: number;
  readonly shiftOffset: number;
};

export function convLayers(network: Network): ConvLayer[] {
  return network.layers.filter((layer) => layer.kind === 'conv');
}

export function predictLayers(network: Network): PredictLayer[] {
  return network.layers.filter((layer) => layer.kind === 'predict');
}

/** Shape of a convolution's weights: [out, in / groups, kernel, kernel]. */
export function convShape({ input, output, kernel, depthwise }: ConvLayer): [number, number, number, number] {
  return [output.channels, depthwise ? 1 : input.channels, kernel, kernel];
}

export function parameterLayout(network: Network): ParameterLayout {
  const parameters: Parameter[] = [];
  let size = 0;
  const put = (name: string, shape: readonly number[]): void => {
    const elements = shape.reduce((product, n) => product * n, 1);
    parameters.push({ name, shape, offset: size, size: elements });
    size += elements;
  };
  const convs = convLayers(network);
  const predictions = predictLayers(network).flatMap(({ input, parts }) =>
    parts.map((part) => ({ ...part, inputs: input.channels })),
  );

  for (const conv of convs) put(`${conv.name}.conv.weight`, convShape(conv));
  for (const { name, channels, inputs } of predictions) put(`${name}.weight`, [channels, inputs, 1, 1]);
  const decayed = size;
  for (const { name, channels } of predictions) put(`${name}.bias`, [channels]);
  const scaleOffset = size;
  for (const { name, output } of convs) put(`${name}.bn.weight`, [output.channels]);
  const shiftOffset = size;
  for (const { name, output } of convs) put(`${name}.bn.bias`, [output.channels]);

  let normChannels = 0;
  const norms = convs.map(({ name, output: { channels } }): Norm => {
    const offset = normChannels;
    normChannels += channels;
    return { name: `${name}.bn`, channels, offset };
  });
  return { parameters, size, decayed, norms, normChannels, scaleOffset, shiftOffset };
}

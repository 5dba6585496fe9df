import { doubled, POOL_WINDOWS } from '../../graph/operations.js';
import type { Layer, Network, PredictLayer } from '../../network/description.js';
import { parameterLayout, type ParameterLayout } from '../../network/parameters.js';
import type { ConvGeometry } from './convolution.js';
import type { RowWriter } from './row-writer.js';

/** The parameters inside a graph. */
export type GraphParameters = {
  readonly layout: ParameterLayout;
  /** Weights or bias of a convolution or prediction, by the reference's name, in their own shape. */
  readonly tensor: (name: string) => string;
  /** Scales and shifts of all norms as they lie in the flat array: [norm channels]. */
  readonly scales: string;
  readonly shifts: string;
};

/** Splits the input `parameters`, the flat array of all of them. */
export function graphParameters(w: RowWriter, network: Network): GraphParameters {
  const layout = parameterLayout(network);
  const { parameters, normChannels, scaleOffset } = layout;
  const separate = parameters.filter(({ offset }) => offset < scaleOffset);
  const pieces = w.split('parameters', [...separate.map(({ size }) => size), normChannels, normChannels], 0);
  const byName = new Map(separate.map((parameter, i) => [parameter.name, { ...parameter, piece: pieces[i] }]));
  return {
    layout,
    tensor: (name) => {
      const { shape, piece } = byName.get(name)!;
      return w.once(`tensor ${name}`, () => w.reshape(piece, ...shape));
    },
    scales: pieces[separate.length],
    shifts: pieces[separate.length + 1],
  };
}

/** Splits a value of all norms, [norm channels], into one for each norm, [channels]. */
export function perNorm(w: RowWriter, value: string, { norms }: ParameterLayout): string[] {
  return w.split(
    value,
    norms.map(({ channels }) => channels),
    0,
  );
}

/** A prediction's stacked weights and bias. */
export function predictionTensors(
  w: RowWriter,
  { parts }: PredictLayer,
  { tensor }: GraphParameters,
): { weights: string; bias: string } {
  return {
    weights: w.concat(
      parts.map(({ name }) => tensor(`${name}.weight`)),
      0,
    ),
    bias: w.concat(
      parts.map(({ name }) => tensor(`${name}.bias`)),
      0,
    ),
  };
}

/** A prediction as a convolution. */
export function predictionGeometry({ input, output }: PredictLayer): ConvGeometry {
  return { input, output, kernel: 1, stride: 1, depthwise: false };
}

/** The layers without parameters, rows in, rows out. The graph's input already contains a focus. */
export function writePlainLayer(
  w: RowWriter,
  layer: Exclude<Layer, { kind: 'conv' | 'predict' }>,
  inputs: readonly string[],
): string {
  switch (layer.kind) {
    case 'focus':
      return w.rows('images', layer.output.channels);
    case 'concat':
      return w.concat(inputs, 1);
    case 'add':
      return w.op('Add', inputs);
    case 'upsample': {
      const { input } = layer;
      return w.rows(doubled(w, w.planes(inputs[0], input.stride, input.channels, w.batch)), input.channels);
    }
    case 'max-pool':
      return maxPool(w, layer, inputs[0], 1)[0];
  }
}

/** The maxima as rows and, if two outputs are requested, the index of each in the flat input. */
export function maxPool(
  w: RowWriter,
  { input }: Extract<Layer, { kind: 'max-pool' }>,
  x: string,
  outputs: 1 | 2,
): string[] {
  const [maxima, ...indices] = w.outputs(
    'MaxPool',
    [w.planes(x, input.stride, input.channels, w.batch)],
    outputs,
    POOL_WINDOWS,
  );
  return [w.rows(maxima, input.channels), ...indices];
}

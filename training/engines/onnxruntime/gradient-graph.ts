import { InternalError } from '../../../src/core/errors.js';
import { DataType, onnxModel, valueInfo } from '../../../src/model/onnx/build.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import {
  LEAKY_SLOPE,
  NORM_EPSILON,
  type ConvLayer,
  type Layer,
  type Network,
  type Value,
} from '../../network/description.js';
import { inputGradient, weightGradient } from './convolution.js';
import { normalizedName } from './forward-graph.js';
import {
  graphParameters,
  maxPool,
  perNorm,
  predictionGeometry,
  predictionTensors,
  writePlainLayer,
  type GraphParameters,
} from './graph-parts.js';
import { imageValue, RowWriter } from './row-writer.js';

/** Scales nearer to zero count as this when a norm's input is derived from its output. */
const LEAST_SCALE = 1e-6;

/**
 * The gradient of a loss at every parameter, as an ONNX file for one batch size and any picture size.
 *
 * In: `images` and `parameters` as for {@link forwardGraph}, its `statistics` and every norm's output, and
 * `raw_gradient`, the loss's gradient at its `raw`. Out: `gradient`, in the layout of the parameters. Convolutions do
 * not run again: their outputs are derived from the norms' outputs.
 */
export function gradientGraph(network: Network, batch: number): Uint8Array {
  const w = new RowWriter(network, batch);
  const parameters = graphParameters(w, network);
  const { layout } = parameters;
  const image = imageValue(network);
  const forward = replay(w, network);
  const norms = normGradients(w, parameters);

  const gradientAt = new Map<number, string>();
  const add = ({ id }: Value, gradient: string): void => {
    const before = gradientAt.get(id);
    gradientAt.set(id, before === undefined ? gradient : w.op('Add', [before, gradient]));
  };
  const parameterGradient = new Map<string, string>();
  rawGradients(w, network).forEach((gradient, level) => add(network.outputs[level], gradient));

  let norm = layout.norms.length;
  for (const layer of network.layers.toReversed()) {
    if (layer.output === image) continue;
    const dy = gradientAt.get(layer.output.id)!;
    if (layer.kind === 'conv') {
      const weights = parameters.tensor(`${layer.name}.conv.weight`);
      const { scaledBy, atConvolution } = norms(--norm, layer, forward.activationGradient(layer, norm, dy));
      const scalePerFilter = w.reshape(scaledBy, layer.output.channels, 1, 1, 1);
      const atWeights = w.reshape(
        weightGradient(w, layer, forward.value(layer.input), atConvolution),
        layer.output.channels,
        -1,
      );
      parameterGradient.set(
        `${layer.name}.conv.weight`,
        w.op('Mul', [atWeights, w.reshape(scaledBy, layer.output.channels, 1)]),
      );
      if (layer.input !== image)
        add(layer.input, inputGradient(w, layer, atConvolution, w.op('Mul', [weights, scalePerFilter])));
    } else if (layer.kind === 'predict') {
      const sizes = layer.parts.map(({ channels }) => channels);
      const geometry = predictionGeometry(layer);
      const atWeights = w.split(weightGradient(w, geometry, forward.value(layer.input), dy), sizes, 0);
      const atBias = w.split(w.reshape(w.rowSums(dy), layer.output.channels), sizes, 0);
      layer.parts.forEach(({ name }, part) => {
        parameterGradient.set(`${name}.weight`, atWeights[part]);
        parameterGradient.set(`${name}.bias`, atBias[part]);
      });
      add(layer.input, inputGradient(w, geometry, dy, predictionTensors(w, layer, parameters).weights));
    } else {
      plainGradients(w, layer, forward, dy).forEach((gradient, i) =>
        add('inputs' in layer ? layer.inputs[i] : layer.input, gradient),
      );
    }
  }

  const flat = layout.parameters
    .filter(({ offset }) => offset < layout.scaleOffset)
    .map(({ name }) => w.reshape(parameterGradient.get(name)!, -1));
  w.concat([...flat, norms.scales(), norms.shifts()], 0, 'gradient');

  const float = (name: string, ...dims: readonly (number | string)[]) => valueInfo(name, DataType.FLOAT, dims);
  return serializeOnnx(
    onnxModel({
      name: `${network.name} gradient`,
      inputs: [
        float('images', image.channels, batch, 'height', 'width'),
        float('parameters', layout.size),
        float('statistics', 2 * layout.normChannels),
        float('raw_gradient', batch, 'anchors', 5 + network.classCount),
        ...layout.norms.map(({ channels }, i) => float(normalizedName(i), 1, channels, 1, `length_${i}`)),
      ],
      outputs: [float('gradient', layout.size)],
      initializers: w.initializers,
      // ONNX Runtime sorts nodes itself, and ready ones by their order in the file. In reverse order, each weight's
      // gradient runs as soon as its inputs are available, instead of all of them at the end: this halves the memory.
      nodes: w.nodes.toReversed(),
    }),
  );
}

type MaxPoolLayer = Extract<Layer, { kind: 'max-pool' }>;

type Forward = {
  /** A value of the forward pass, recomputed from the norms' outputs on first use. */
  value(of: Value): string;
  /** The gradient at the output of norm `i`, before the layer's activation. */
  activationGradient(layer: ConvLayer, norm: number, dy: string): string;
  /** The maxima and their indices. */
  pooled(layer: MaxPoolLayer): string[];
};

function replay(w: RowWriter, network: Network): Forward {
  const layerOf = new Map(network.layers.map((layer) => [layer.output.id, layer]));
  const normOf = new Map(
    network.layers.filter((layer) => layer.kind === 'conv').map(({ output }, i) => [output.id, i]),
  );
  const image = imageValue(network);
  const sigmoid = (norm: number): string => w.once(`sigmoid ${norm}`, () => w.op('Sigmoid', [normalizedName(norm)]));

  const pools = new Map<MaxPoolLayer, string[]>();
  const pooled = (layer: MaxPoolLayer): string[] => {
    const made = pools.get(layer) ?? maxPool(w, layer, value(layer.input), 2);
    pools.set(layer, made);
    return made;
  };

  const value = (of: Value): string =>
    w.once(`value ${of.id}`, () => {
      if (of === image) return w.rows('images', image.channels);
      const layer = layerOf.get(of.id)!;
      if (layer.kind === 'conv') {
        const norm = normOf.get(of.id)!;
        if (layer.activation === 'silu') return w.op('Mul', [normalizedName(norm), sigmoid(norm)]);
        return w.op('LeakyRelu', [normalizedName(norm)], { alpha: { float: LEAKY_SLOPE } });
      }
      if (layer.kind === 'predict')
        throw new InternalError('only the layers that join predictions read them, and these are not replayed');
      if (layer.kind === 'max-pool') return pooled(layer)[0];
      return writePlainLayer(w, layer, ('inputs' in layer ? layer.inputs : [layer.input]).map(value));
    });
  return {
    value,
    pooled,
    activationGradient: (layer, norm, dy) => {
      if (layer.activation === 'leaky-relu') {
        const isPositive = w.op('Greater', [normalizedName(norm), w.floats(0)]);
        return w.op('Mul', [dy, w.op('Where', [isPositive, w.floats(1), w.floats(LEAKY_SLOPE)])]);
      }
      // d(x s)/dx = s + y (1 - s) with s = sigmoid(x), y = x s.
      const y = value(layer.output);
      return w.op('Mul', [dy, w.op('Add', [w.op('Sub', [y, w.op('Mul', [y, sigmoid(norm)])]), sigmoid(norm)])]);
    },
  };
}

/**
 * Through the norms. With n = scale * x̂ + shift, x̂ the normalized input c of a row of length M:
 * dc = scale / deviation * (dn - (Σdn + x̂ Σ(dn x̂)) / M), where x̂ = (n - shift) / scale.
 */
function normGradients(w: RowWriter, { layout, scales, shifts }: GraphParameters) {
  const [, variance] = w.split('statistics', [layout.normChannels, layout.normChannels], 0);
  const deviation = w.op('Sqrt', [w.op('Add', [variance, w.floats(NORM_EPSILON)])]);
  const isTiny = w.op('Less', [w.op('Abs', [scales]), w.floats(LEAST_SCALE)]);
  const inverseScales = w.op('Reciprocal', [w.op('Where', [isTiny, w.floats(LEAST_SCALE), scales])]);
  const [factorOf, inverseScaleOf, shiftOf] = [w.op('Div', [scales, deviation]), inverseScales, shifts].map((all) =>
    perNorm(w, all, layout),
  );
  const atScales: string[] = [];
  const atShifts: string[] = [];

  const through = (
    i: number,
    { output: { channels, stride } }: ConvLayer,
    dn: string,
  ): { scaledBy: string; atConvolution: string } => {
    const n = normalizedName(i);
    const channelSums = (value: string): string => w.reshape(w.rowSums(value), channels);
    const sum = channelSums(dn);
    const product = channelSums(w.op('Mul', [dn, n]));
    const atScale = w.op('Mul', [w.op('Sub', [product, w.op('Mul', [shiftOf[i], sum])]), inverseScaleOf[i]]);
    const inverse = w.inverseRowLength(stride);
    // The part subtracted from dn, slope * n + offset, written as a norm so that it takes one pass over the row.
    const slope = w.op('Mul', [w.op('Mul', [atScale, inverse]), inverseScaleOf[i]]);
    const offset = w.op('Sub', [w.op('Mul', [sum, inverse]), w.op('Mul', [shiftOf[i], slope])]);
    const [zero, one] = [0, 1].map((fill) =>
      w.once(`fill ${fill} ${channels}`, () => w.constant([channels], new Float32Array(channels).fill(fill))),
    );
    const taken = w.op('BatchNormalization', [n, slope, offset, zero, one], { epsilon: { float: 0 } });
    atScales[i] = atScale;
    atShifts[i] = sum;
    return { scaledBy: factorOf[i], atConvolution: w.op('Sub', [dn, taken]) };
  };
  return Object.assign(through, { scales: () => w.concat(atScales, 0), shifts: () => w.concat(atShifts, 0) });
}

/** The gradient of each level's predictions as rows. */
function rawGradients(w: RowWriter, { outputs, classCount }: Network): string[] {
  const cells = w.concat(
    outputs.map(({ stride }) => w.cells(stride)),
    0,
  );
  return w
    .outputs('Split', ['raw_gradient', cells], outputs.length, { axis: { int: 1 } })
    .map((level) => w.rows(w.transpose(level, 2, 0, 1), 5 + classCount));
}

/** Gradients at the inputs of a layer without parameters. */
function plainGradients(
  w: RowWriter,
  layer: Exclude<Layer, { kind: 'conv' | 'predict' }>,
  forward: Forward,
  dy: string,
): string[] {
  switch (layer.kind) {
    case 'focus':
      return [];
    case 'concat':
      return w.split(
        dy,
        layer.inputs.map(({ channels }) => channels),
        1,
      );
    case 'add':
      return [dy, dy];
    case 'upsample': {
      const { input, output } = layer;
      const means = w.op('AveragePool', [w.planes(dy, output.stride, output.channels, w.batch)], {
        kernel_shape: { ints: [2, 2] },
        strides: { ints: [2, 2] },
      });
      return [w.rows(w.op('Mul', [means, w.floats(4)]), input.channels)];
    }
    case 'max-pool': {
      const [, indices] = forward.pooled(layer);
      const zeros = w.op('Mul', [w.reshape(forward.value(layer.input), -1), w.floats(0)]);
      const sums = w.op('ScatterElements', [zeros, w.reshape(indices, -1), w.reshape(dy, -1)], {
        reduction: { string: 'add' },
      });
      return [w.rows(sums, layer.input.channels)];
    }
  }
}

import type * as tfjs from '@tensorflow/tfjs';
import { InternalError } from '../../../src/core/errors.js';
import {
  LEAKY_SLOPE,
  NORM_EPSILON,
  POOL_KERNEL,
  type Activation,
  type ConvLayer,
  type Layer,
  type Network,
} from '../../network/description.js';
import { convShape } from '../../network/parameters.js';

export type TensorFlow = typeof tfjs;
type Tensor4D = tfjs.Tensor4D;

/**
 * The result of a pass. `statistics` contains a mean and a biased variance for each norm, in the order of the norms.
 */
export type ForwardPass = {
  /** [pictures, anchors, 5 + classes], scores as logits. */
  readonly raw: tfjs.Tensor3D;
  readonly statistics: readonly { readonly mean: tfjs.Tensor; readonly variance: tfjs.Tensor }[];
};

/**
 * The network in training mode as operations of tfjs, which differentiates them.
 * @param images [pictures, height, width, 3], BGR, 0–255
 * @param parameter gives a parameter by the reference's name, in the reference's shape
 */
export function forward(
  tf: TensorFlow,
  network: Network,
  images: Tensor4D,
  parameter: (name: string) => tfjs.Tensor,
): ForwardPass {
  const statistics: { mean: tfjs.Tensor; variance: tfjs.Tensor }[] = [];
  const values = new Map<number, Tensor4D>([[network.image.id, images]]);
  for (const layer of network.layers) {
    const inputs = ('inputs' in layer ? layer.inputs : [layer.input]).map(({ id }) => values.get(id)!);
    let output: Tensor4D;
    if (layer.kind === 'conv') {
      const convolved = convolve(tf, layer, inputs[0], parameter(`${layer.name}.conv.weight`));
      const { mean, variance } = tf.moments(convolved, [0, 1, 2]);
      statistics.push({ mean, variance });
      const normalized = convolved.sub(mean).mul(variance.add(NORM_EPSILON).rsqrt());
      output = activate(
        tf,
        layer.activation,
        normalized.mul(parameter(`${layer.name}.bn.weight`)).add(parameter(`${layer.name}.bn.bias`)),
      );
    } else if (layer.kind === 'predict') {
      output = tf.concat(
        layer.parts.map(({ name }) => {
          const filter = parameter(`${name}.weight`).transpose<Tensor4D>([2, 3, 1, 0]);
          return tf.conv2d(inputs[0], filter, 1, 'valid').add<Tensor4D>(parameter(`${name}.bias`));
        }),
        3,
      );
    } else {
      output = plain(tf, layer, inputs);
    }
    values.set(layer.output.id, output);
  }
  const levels = network.outputs.map(({ id, channels }) => {
    const level = values.get(id)!;
    return level.reshape<tfjs.Tensor3D>([level.shape[0], -1, channels]);
  });
  return { raw: tf.concat(levels, 1), statistics };
}

/** tfjs's own padding is uneven at stride 2. */
function convolve(tf: TensorFlow, layer: ConvLayer, input: Tensor4D, weights: tfjs.Tensor): Tensor4D {
  const { kernel, stride, depthwise } = layer;
  const pad = (kernel - 1) / 2;
  const padded =
    pad === 0
      ? input
      : tf.pad4d(input, [
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ]);
  const [filters] = convShape(layer);
  if (depthwise)
    return tf.depthwiseConv2d(
      padded,
      weights.transpose([2, 3, 0, 1]).reshape<Tensor4D>([kernel, kernel, filters, 1]),
      stride,
      'valid',
    );
  return tf.conv2d(padded, weights.transpose<Tensor4D>([2, 3, 1, 0]), stride, 'valid');
}

function activate(tf: TensorFlow, activation: Activation, value: tfjs.Tensor): Tensor4D {
  return (activation === 'silu' ? value.mul(tf.sigmoid(value)) : tf.leakyRelu(value, LEAKY_SLOPE)) as Tensor4D;
}

function plain(
  tf: TensorFlow,
  layer: Exclude<Layer, ConvLayer | { kind: 'predict' }>,
  inputs: readonly Tensor4D[],
): Tensor4D {
  switch (layer.kind) {
    case 'focus':
      return tf.concat(
        [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ].map(
          ([row, column]) => tf.stridedSlice(inputs[0], [0, row, column, 0], inputs[0].shape, [1, 2, 2, 1]) as Tensor4D,
        ),
        3,
      );
    case 'concat':
      return tf.concat([...inputs], 3);
    case 'add':
      return inputs[0].add<Tensor4D>(inputs[1]);
    case 'upsample':
      return upsample(tf, inputs[0]);
    case 'max-pool':
      return tf.maxPool(inputs[0], POOL_KERNEL, 1, 'same');
    default:
      throw new InternalError(`no layer ${JSON.stringify(layer satisfies never)}`);
  }
}

/** Twice the rows and columns, by copies: the gradient of `resizeNearestNeighbor` is wrong in tfjs-cpu 4.22. */
function upsample(tf: TensorFlow, value: Tensor4D): Tensor4D {
  const [pictures, height, width, channels] = value.shape;
  const pixels = value.reshape([pictures * height * width, 1, channels]);
  const rows = tf.concat([pixels, pixels], 1).reshape([pictures * height, 1, width * 2 * channels]);
  return tf.concat([rows, rows], 1).reshape([pictures, height * 2, width * 2, channels]);
}

import { DataType, onnxModel, valueInfo } from '../../../src/model/onnx/build.js';
import { serializeOnnx } from '../../../src/model/onnx/model-file.js';
import { activate } from '../../graph/operations.js';
import { NORM_EPSILON, type Network } from '../../network/description.js';
import { convolve } from './convolution.js';
import { graphParameters, perNorm, predictionGeometry, predictionTensors, writePlainLayer } from './graph-parts.js';
import { imageValue, RowWriter } from './row-writer.js';

/** Name of the output of norm `i`, before its activation: rows. */
export function normalizedName(i: number): string {
  return `normalized_${i}`;
}

/**
 * The network in training mode, as an ONNX file for one batch size and any picture size.
 *
 * In: `images` [channels, batch, height, width] (packed if the network begins with a focus), `parameters` (flat),
 * `center` [norm channels]: subtracted from each channel before its variance is measured; the running mean, so that the
 * difference of large numbers is small. Out: `raw` [batch, anchors, 5 + classes], scores as logits; `statistics` [2 *
 * norm channels]: means and biased variances of this batch; and the output of every norm, for the gradient.
 */
export function forwardGraph(network: Network, batch: number): Uint8Array {
  const w = new RowWriter(network, batch);
  const parameters = graphParameters(w, network);
  const { layout } = parameters;
  const scales = perNorm(w, parameters.scales, layout);
  const shifts = perNorm(w, parameters.shifts, layout);
  const negatedCenters = perNorm(w, w.op('Neg', ['center']), layout);
  const means: string[] = [];
  const variances: string[] = [];

  const image = imageValue(network);
  const values = new Map<number, string>([[image.id, w.rows('images', image.channels)]]);
  for (const layer of network.layers) {
    if (layer.output === image) continue;
    const inputs = ('inputs' in layer ? layer.inputs : [layer.input]).map(({ id }) => values.get(id)!);
    let output: string;
    if (layer.kind === 'conv') {
      const i = means.length;
      const { channels } = layer.output;
      const convolved = convolve(
        w,
        layer,
        inputs[0],
        parameters.tensor(`${layer.name}.conv.weight`),
        negatedCenters[i],
      );
      const inverse = w.inverseRowLength(layer.output.stride);
      const mean = w.op('Mul', [w.rowSums(convolved), inverse]);
      const meanSquare = w.op('Mul', [w.rowSums(w.op('Mul', [convolved, convolved])), inverse]);
      const variance = w.op('Sub', [meanSquare, w.op('Mul', [mean, mean])]);
      means.push(w.reshape(mean, channels));
      variances.push(w.reshape(w.op('Max', [variance, w.floats(0)]), channels));
      const normalized = w.op(
        'BatchNormalization',
        [convolved, scales[i], shifts[i], means[i], variances[i]],
        { epsilon: { float: NORM_EPSILON } },
        normalizedName(i),
      );
      output = activate(w, layer.activation, normalized);
    } else if (layer.kind === 'predict') {
      const { weights, bias } = predictionTensors(w, layer, parameters);
      output = convolve(w, predictionGeometry(layer), inputs[0], weights, bias);
    } else {
      output = writePlainLayer(w, layer, inputs);
    }
    values.set(layer.output.id, output);
  }

  const rowLength = 5 + network.classCount;
  const levels = network.outputs.map(({ id }) =>
    w.transpose(w.reshape(values.get(id)!, rowLength, batch, -1), 1, 2, 0),
  );
  w.concat(levels, 1, 'raw');
  w.concat([w.op('Add', [w.concat(means, 0), 'center']), w.concat(variances, 0)], 0, 'statistics');

  const float = (name: string, ...dims: readonly (number | string)[]) => valueInfo(name, DataType.FLOAT, dims);
  return serializeOnnx(
    onnxModel({
      name: `${network.name} forward`,
      inputs: [
        float('images', image.channels, batch, 'height', 'width'),
        float('parameters', layout.size),
        float('center', layout.normChannels),
      ],
      outputs: [
        float('raw', batch, 'anchors', rowLength),
        float('statistics', 2 * layout.normChannels),
        ...layout.norms.map(({ channels }, i) => float(normalizedName(i), 1, channels, 1, `length_${i}`)),
      ],
      initializers: w.initializers,
      nodes: w.nodes,
    }),
  );
}

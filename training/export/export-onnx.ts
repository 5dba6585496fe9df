import { UsageError } from '../../src/core/errors.js';
import type { Size } from '../../src/core/size.js';
import { DataType, onnxModel, valueInfo } from '../../src/model/onnx/build.js';
import { serializeOnnx } from '../../src/model/onnx/model-file.js';
import { anchorCount } from '../../src/model/families/yolox/grid.js';
import { GraphWriter } from '../graph/graph-writer.js';
import { activate, BEYOND, doubled, POOL_WINDOWS, windows } from '../graph/operations.js';
import type { Layer, Network } from '../network/description.js';
import type { Weights } from '../network/weights.js';
import { toFloat16 } from './float16.js';
import { foldNorms } from './fold.js';

export type ExportOptions = {
  /** In pixels, multiples of 32. */
  readonly input: Size;
  /** Leaves the batch size open instead of fixing it to one. */
  readonly dynamicBatch?: boolean;
  /** Computes in half precision; input and output stay float32. */
  readonly halfPrecision?: boolean;
  /** Facts to store in the file, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
};

/**
 * The bytes of an ONNX file (opset 17) like YOLOX's own: `images` float32 [batch,3,H,W], BGR 0–255, in; `output`
 * float32 [batch,cells,5+classes], boxes undecoded, scores after the sigmoid, out. Norms are folded into the
 * convolutions.
 * @throws UsageError for an input that is not a multiple of 32
 */
export function exportOnnx(network: Network, weights: Weights, options: ExportOptions): Uint8Array {
  const { input, dynamicBatch = false, halfPrecision = false, metadata = {} } = options;
  for (const [side, pixels] of Object.entries(input)) {
    if (!Number.isInteger(pixels) || pixels <= 0 || pixels % 32 !== 0) {
      throw new UsageError(`the input's ${side} is ${pixels}; it must be a multiple of 32, as in 416x416`);
    }
  }
  const writer = new GraphWriter();
  const folded = foldNorms(network, weights);
  const constant = (dims: readonly number[], data: Float32Array): string =>
    writer.constant(dims, halfPrecision ? toFloat16(data) : data);
  const cast = (value: string, to: DataType, output?: string): string =>
    writer.op('Cast', [value], { to: { int: to } }, output);

  const names = new Map<number, string>([
    [network.image.id, halfPrecision ? cast('images', DataType.FLOAT16) : 'images'],
  ]);
  for (const layer of network.layers) {
    const inputs = ('inputs' in layer ? layer.inputs : [layer.input]).map(({ id }) => names.get(id)!);
    names.set(
      layer.output.id,
      writeLayer(writer, layer, inputs, () => {
        const { shape, weights: values, bias } = folded(layer as Parameters<typeof folded>[0]);
        return [constant(shape, values), constant([shape[0]], bias)];
      }),
    );
  }

  const rowLength = 5 + network.classCount;
  const levels = network.outputs.map(({ id, stride }) => {
    const cells = (input.width / stride) * (input.height / stride);
    return writer.reshape(names.get(id)!, dynamicBatch ? -1 : 1, rowLength, cells);
  });
  const rows = writer.transpose(writer.concat(levels, 2), 0, 2, 1);
  // Slices: OpenCV 4.6 refuses a Split into unequal parts.
  const columns = (start: number, end: number): string =>
    writer.op('Slice', [rows, writer.ints(start), writer.ints(end), writer.ints(2)]);
  const scored = [columns(0, 4), writer.op('Sigmoid', [columns(4, rowLength)])];
  if (halfPrecision) cast(writer.concat(scored, 2), DataType.FLOAT, 'output');
  else writer.concat(scored, 2, 'output');

  const batch = dynamicBatch ? 'batch' : 1;
  return serializeOnnx(
    onnxModel(
      {
        name: network.name,
        inputs: [valueInfo('images', DataType.FLOAT, [batch, 3, input.height, input.width])],
        outputs: [valueInfo('output', DataType.FLOAT, [batch, anchorCount(input), rowLength])],
        initializers: writer.initializers,
        nodes: writer.nodes,
      },
      { metadata },
    ),
  );
}

/** Adds one layer in NCHW. @param conv makes the layer's weights and bias */
function writeLayer(
  writer: GraphWriter,
  layer: Layer,
  inputs: readonly string[],
  conv: () => [string, string],
): string {
  switch (layer.kind) {
    case 'focus':
      return writer.concat(
        [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ].map(([row, column]) =>
          writer.op('Slice', [
            inputs[0],
            writer.ints(row, column),
            writer.ints(BEYOND, BEYOND),
            writer.ints(2, 3),
            writer.ints(2, 2),
          ]),
        ),
        1,
      );
    case 'conv': {
      const { kernel, stride, depthwise, input, activation } = layer;
      return activate(
        writer,
        activation,
        writer.op('Conv', [...inputs, ...conv()], {
          ...windows(kernel, stride),
          group: { int: depthwise ? input.channels : 1 },
        }),
      );
    }
    case 'predict':
      return writer.op('Conv', [...inputs, ...conv()], { kernel_shape: { ints: [1, 1] } });
    case 'concat':
      return writer.concat(inputs, 1);
    case 'add':
      return writer.op('Add', inputs);
    case 'upsample':
      return doubled(writer, inputs[0]);
    case 'max-pool':
      return writer.op('MaxPool', inputs, POOL_WINDOWS);
  }
}

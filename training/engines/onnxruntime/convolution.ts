import type { Attributes } from '../../graph/graph-writer.js';
import { BEYOND, windows } from '../../graph/operations.js';
import type { Value } from '../../network/description.js';
import type { RowWriter } from './row-writer.js';

/** The fields of a layer that a convolution needs. Its weights are [out, in / groups, kernel, kernel]. */
export type ConvGeometry = {
  readonly input: Value;
  readonly output: Value;
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly depthwise: boolean;
};

/** Rows in, rows out. @param bias [out] */
export function convolve(w: RowWriter, layer: ConvGeometry, x: string, weights: string, bias: string): string {
  const { input, output, kernel, stride, depthwise } = layer;
  const attributes = windows(kernel, stride);
  if (kernel === 1) return w.op('Conv', [x, weights, bias], attributes);
  if (depthwise) {
    const eachPicture = w.op(
      'Conv',
      [
        w.planes(x, input.stride, 1, input.channels * w.batch),
        filterEachPicture(w, weights, layer),
        forEachPicture(w, bias, output.channels, 1),
      ],
      { ...attributes, group: { int: input.channels * w.batch } },
    );
    return w.rows(eachPicture, output.channels);
  }
  return w.fromPictures(
    w.op('Conv', [w.pictures(x, input.channels, input.stride), weights, bias], attributes),
    output.channels,
  );
}

/** The gradient at a convolution's input. @param dy rows, the gradient at its output */
export function inputGradient(w: RowWriter, layer: ConvGeometry, dy: string, weights: string): string {
  const { input, output, kernel, stride, depthwise } = layer;
  if (kernel === 1) {
    const transposed = w.transpose(w.reshape(weights, output.channels, input.channels), 1, 0);
    return w.op('Conv', [dy, w.reshape(transposed, input.channels, output.channels, 1, 1)], windows(1, 1));
  }
  // At stride 1, the gradient is a convolution with the kernel rotated by 180°.
  const attributes: Attributes =
    stride === 1 ? windows(kernel, 1) : { ...windows(kernel, 2), output_padding: { ints: [1, 1] } };
  const type = stride === 1 ? 'Conv' : 'ConvTranspose';
  if (depthwise) {
    const filters = stride === 1 ? turned(w, weights) : weights;
    const planes = w.op(
      type,
      [w.planes(dy, output.stride, 1, output.channels * w.batch), filterEachPicture(w, filters, layer)],
      { ...attributes, group: { int: output.channels * w.batch } },
    );
    return w.rows(planes, input.channels);
  }
  const filters = stride === 1 ? w.transpose(turned(w, weights), 1, 0, 2, 3) : weights;
  return w.fromPictures(
    w.op(type, [w.pictures(dy, output.channels, output.stride), filters], attributes),
    input.channels,
  );
}

/**
 * The gradient at a convolution's weights, in their order and any shape.
 * @param x rows, its input
 */
export function weightGradient(w: RowWriter, layer: ConvGeometry, x: string, dy: string): string {
  const { input, output, kernel, stride, depthwise } = layer;
  const matrix = w.reshape(dy, output.channels, -1);
  if (kernel === 1) return w.op('Gemm', [matrix, w.reshape(x, input.channels, -1)], { transB: { int: 1 } });
  if (depthwise && stride === 2) return stridedFilterGradient(w, layer, x, dy);

  const offsets = Array.from({ length: kernel ** 2 }, (_, i) =>
    shifted(w, layer, x, Math.floor(i / kernel), i % kernel),
  );
  if (depthwise) {
    const planes = w.planes(dy, output.stride, output.channels, w.batch);
    const products = offsets.map((moved) =>
      w.op('ReduceSum', [w.reshape(w.op('Mul', [moved, planes]), output.channels, -1), w.ints(1)], {
        keepdims: { int: 1 },
      }),
    );
    return w.concat(products, 1);
  }
  const products = offsets.map((moved) =>
    w.reshape(
      w.op('Gemm', [matrix, w.reshape(moved, input.channels, -1)], { transB: { int: 1 } }),
      1,
      output.channels,
      input.channels,
    ),
  );
  return w.transpose(w.concat(products, 0), 1, 2, 0);
}

/** At stride 2, the gradient of one filter is the input convolved with the output's gradient, dilated by two. */
function stridedFilterGradient(w: RowWriter, { input, output, kernel }: ConvGeometry, x: string, dy: string): string {
  const pad = (kernel - 1) / 2;
  const filters = output.channels * w.batch;
  const eachPicture = w.op('Conv', [w.planes(x, input.stride, 1, filters), w.planes(dy, output.stride, filters, 1)], {
    group: { int: filters },
    dilations: { ints: [2, 2] },
    pads: { ints: [pad, pad, pad - 1, pad - 1] },
  });
  return w.op('ReduceSum', [w.reshape(eachPicture, output.channels, w.batch, kernel ** 2), w.ints(1)], {
    keepdims: { int: 0 },
  });
}

/**
 * The values that the kernel's element (row, column) is multiplied with: the padded input, shifted. [channels, batch,
 * height, width of the output]
 */
function shifted(
  w: RowWriter,
  { input, kernel, stride }: ConvGeometry,
  x: string,
  row: number,
  column: number,
): string {
  const pad = (kernel - 1) / 2;
  const padded = w.once(`padded ${x} ${kernel}`, () =>
    w.op('Pad', [w.planes(x, input.stride, input.channels, w.batch), w.ints(0, 0, pad, pad, 0, 0, pad, pad)]),
  );
  return w.once(`shifted ${x} ${kernel} ${stride} ${row} ${column}`, () =>
    w.op('Slice', [
      padded,
      w.ints(row, column),
      w.ints(row - 2 * pad || BEYOND, column - 2 * pad || BEYOND),
      w.ints(2, 3),
      w.ints(stride, stride),
    ]),
  );
}

/** Kernels rotated by 180°. */
function turned(w: RowWriter, weights: string): string {
  return w.op('Slice', [weights, w.ints(-1, -1), w.ints(-BEYOND, -BEYOND), w.ints(2, 3), w.ints(-1, -1)]);
}

/** The filters of a depthwise convolution for planes [1, channels * batch, height, width]. */
function filterEachPicture(w: RowWriter, weights: string, { output, kernel }: ConvGeometry): string {
  return w.reshape(
    forEachPicture(w, weights, output.channels, kernel ** 2),
    output.channels * w.batch,
    1,
    kernel,
    kernel,
  );
}

/** [channels, size] repeated for each picture: [channels * batch * size]. */
function forEachPicture(w: RowWriter, value: string, channels: number, size: number): string {
  if (w.batch === 1) return w.reshape(value, -1);
  return w.reshape(w.op('Expand', [w.reshape(value, channels, 1, size), w.ints(channels, w.batch, size)]), -1);
}

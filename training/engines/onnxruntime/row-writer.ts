import { GraphWriter } from '../../graph/graph-writer.js';
import type { Network, Value } from '../../network/description.js';

/** The value of a graph's `images` input: the picture, or the packed one if the network begins with a focus. */
export function imageValue({ image, layers: [first] }: Network): Value {
  return first.kind === 'focus' ? first.output : image;
}

/**
 * Writes graphs whose activations are rows: float32 [1, channels, 1, M], where M runs over pictures, then rows, then
 * columns. So a 1x1 convolution is one matrix product, statistics of a norm are sums of rows, and channels are joined
 * and split without moving numbers inside a row. Height and width are known only at run time.
 */
export class RowWriter extends GraphWriter {
  readonly #image: Value;

  /** @param batch pictures in `images`, which is [channels, batch, height, width] */
  constructor(
    network: Network,
    readonly batch: number,
  ) {
    super();
    this.#image = imageValue(network);
  }

  /** Any view of an activation as rows. */
  rows(value: string, channels: number): string {
    return this.reshape(value, 1, channels, 1, -1);
  }

  /** Any view of an activation as [...lead, height, width]. */
  planes(value: string, stride: number, ...lead: readonly [number, number]): string {
    const shape = this.once(`shape ${String(lead)} ${stride}`, () =>
      this.concat([this.ints(...lead), this.height(stride), this.ints(-1)], 0),
    );
    return this.op('Reshape', [value, shape]);
  }

  /** Rows as [batch, channels, height, width]; transposed once for any number of uses. */
  pictures(value: string, channels: number, stride: number): string {
    return this.once(`pictures ${value}`, () =>
      this.transpose(this.planes(value, stride, channels, this.batch), 1, 0, 2, 3),
    );
  }

  /** The inverse of {@link pictures}. */
  fromPictures(value: string, channels: number): string {
    return this.rows(this.transpose(value, 1, 0, 2, 3), channels);
  }

  /** Height of an activation as int64 [1]. */
  height(stride: number): string {
    return this.#side(2, stride);
  }

  /** Cells of a level as int64 [1]: height times width. */
  cells(stride: number): string {
    return this.once(`cells ${stride}`, () => this.op('Mul', [this.height(stride), this.#side(3, stride)]));
  }

  /** 1 / M as float32 [1]. */
  inverseRowLength(stride: number): string {
    return this.once(`inverse ${stride}`, () => {
      const length = this.op('Mul', [this.cells(stride), this.ints(this.batch)]);
      return this.op('Reciprocal', [this.op('Cast', [length], { to: { int: FLOAT } })]);
    });
  }

  /** Sums of rows: [1, channels, 1, 1]. */
  rowSums(value: string): string {
    return this.op('ReduceSum', [value, this.ints(3)], { keepdims: { int: 1 } });
  }

  #side(axis: 2 | 3, stride: number): string {
    return this.once(`side ${axis} ${stride}`, () => {
      const shape = this.once('shape', () => this.op('Shape', ['images']));
      const side = this.once(`side ${axis}`, () => this.op('Slice', [shape, this.ints(axis), this.ints(axis + 1)]));
      return this.op('Div', [side, this.ints(stride / this.#image.stride)]);
    });
  }
}

/** ONNX's number for float32. */
const FLOAT = 1;

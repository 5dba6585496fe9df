/**
 * A tensor inside the network: [batch, channels, height / stride, width / stride] of the picture's height and width.
 */
export type Value = { readonly id: number; readonly channels: number; readonly stride: number };

export type Activation = 'silu' | 'leaky-relu';

/** Slope of the leaky ReLU below zero (YOLOX `yolox/models/network_blocks.py`, `get_activation`). */
export const LEAKY_SLOPE = 0.1;

/** Added to the variance by batch normalization (YOLOX `yolox/exp/yolox_base.py`, `init_yolo`). */
export const NORM_EPSILON = 1e-3;

/**
 * Convolution without bias, batch normalization, activation: YOLOX's `BaseConv`. Padding keeps the size at stride 1.
 */
export type ConvLayer = {
  readonly kind: 'conv';
  /** The reference's name: `{name}.conv.weight`, `{name}.bn.weight`… */
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  /** Odd. */
  readonly kernel: number;
  readonly stride: 1 | 2;
  /** One filter for each channel; input and output have equally many channels. */
  readonly depthwise: boolean;
  readonly activation: Activation;
};

/** Plain 1x1 convolutions with bias that read the same input; their outputs are stacked in this order. */
export type PredictLayer = {
  readonly kind: 'predict';
  readonly input: Value;
  readonly output: Value;
  readonly parts: readonly { readonly name: string; readonly channels: number }[];
};

export type Layer =
  | ConvLayer
  | PredictLayer
  /**
   * Every second pixel into a separate channel: upper left, lower left, upper right, lower right, each with B, G, R.
   */
  | { readonly kind: 'focus'; readonly input: Value; readonly output: Value }
  | { readonly kind: 'concat'; readonly inputs: readonly Value[]; readonly output: Value }
  | { readonly kind: 'add'; readonly inputs: readonly [Value, Value]; readonly output: Value }
  /** Each pixel becomes two by two. */
  | { readonly kind: 'upsample'; readonly input: Value; readonly output: Value }
  /** Maximum of 5x5 pixels, stride 1, same size. */
  | { readonly kind: 'max-pool'; readonly input: Value; readonly output: Value };

/** Rows and columns in the window of a `max-pool` layer. */
export const POOL_KERNEL = 5;

/** A whole detector as data: export, engines and counts are derived from it. */
export type Network = {
  readonly name: string;
  readonly classCount: number;
  /** The picture: BGR, 0–255. */
  readonly image: Value;
  /** Each layer comes after the layers that it reads from. */
  readonly layers: readonly Layer[];
  /** The inputs of the head, finest first: strides 8, 16, 32. */
  readonly pyramid: readonly Value[];
  /** One for each level of the pyramid: x, y, w, h (undecoded), objectness, classes; the scores as logits. */
  readonly outputs: readonly Value[];
};

/** Describes a network layer by layer; each method returns the value of its layer. */
export class NetworkBuilder {
  readonly layers: Layer[] = [];
  readonly image: Value;
  readonly #activation: Activation;
  #nextId = 0;

  constructor(activation: Activation) {
    this.#activation = activation;
    this.image = this.#value(3, 1);
  }

  conv(input: Value, name: string, channels: number, kernel: number, stride: 1 | 2 = 1): Value {
    return this.#conv(input, name, channels, kernel, stride, false);
  }

  /** A filter for each channel, then a 1x1 convolution over the channels: YOLOX's `DWConv`. */
  separableConv(input: Value, name: string, channels: number, kernel: number, stride: 1 | 2 = 1): Value {
    const filtered = this.#conv(input, `${name}.dconv`, input.channels, kernel, stride, true);
    return this.#conv(filtered, `${name}.pconv`, channels, 1, 1, false);
  }

  predict(input: Value, parts: PredictLayer['parts']): Value {
    const output = this.#value(
      parts.reduce((sum, { channels }) => sum + channels, 0),
      input.stride,
    );
    this.layers.push({ kind: 'predict', input, output, parts });
    return output;
  }

  focus(input: Value): Value {
    return this.#put(this.#value(input.channels * 4, input.stride * 2), (output) => ({ kind: 'focus', input, output }));
  }

  concat(inputs: readonly Value[]): Value {
    const channels = inputs.reduce((sum, value) => sum + value.channels, 0);
    return this.#put(this.#value(channels, inputs[0].stride), (output) => ({ kind: 'concat', inputs, output }));
  }

  add(a: Value, b: Value): Value {
    return this.#put(this.#value(a.channels, a.stride), (output) => ({ kind: 'add', inputs: [a, b], output }));
  }

  upsample(input: Value): Value {
    return this.#put(this.#value(input.channels, input.stride / 2), (output) => ({ kind: 'upsample', input, output }));
  }

  maxPool(input: Value): Value {
    return this.#put(this.#value(input.channels, input.stride), (output) => ({ kind: 'max-pool', input, output }));
  }

  #conv(input: Value, name: string, channels: number, kernel: number, stride: 1 | 2, depthwise: boolean): Value {
    return this.#put(this.#value(channels, input.stride * stride), (output) => ({
      kind: 'conv',
      name,
      input,
      output,
      kernel,
      stride,
      depthwise,
      activation: this.#activation,
    }));
  }

  #put(output: Value, layer: (output: Value) => Layer): Value {
    this.layers.push(layer(output));
    return output;
  }

  #value(channels: number, stride: number): Value {
    return { id: this.#nextId++, channels, stride };
  }
}

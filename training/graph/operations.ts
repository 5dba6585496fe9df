import { LEAKY_SLOPE, POOL_KERNEL, type Activation } from '../network/description.js';
import type { Attributes, GraphWriter } from './graph-writer.js';

/** An end of a slice beyond every picture. */
export const BEYOND = 2 ** 31 - 1;

/** A square kernel whose padding keeps the size at stride 1. @param kernel odd */
export function windows(kernel: number, stride: number): Attributes {
  const pad = (kernel - 1) / 2;
  return {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: [pad, pad, pad, pad] },
  };
}

const POOL_PAD = (POOL_KERNEL - 1) / 2;
/** For the networks' MaxPool. */
export const POOL_WINDOWS: Attributes = {
  kernel_shape: { ints: [POOL_KERNEL, POOL_KERNEL] },
  pads: { ints: [POOL_PAD, POOL_PAD, POOL_PAD, POOL_PAD] },
};

export function activate(w: GraphWriter, activation: Activation, value: string): string {
  if (activation === 'leaky-relu') return w.op('LeakyRelu', [value], { alpha: { float: LEAKY_SLOPE } });
  return w.op('Mul', [value, w.op('Sigmoid', [value])]);
}

/** Each pixel of [n, channels, height, width] becomes two by two. */
export function doubled(w: GraphWriter, value: string): string {
  return w.op('Resize', [value, '', w.floats(1, 1, 2, 2)], {
    mode: { string: 'nearest' },
    nearest_mode: { string: 'floor' },
    coordinate_transformation_mode: { string: 'asymmetric' },
  });
}

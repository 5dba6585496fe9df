import type { Size } from '../../../core/size.js';

/** Input pixels per grid cell, level by level, in the order of YOLOX's anchors. */
export const STRIDES = [8, 16, 32] as const;

/** Grid cells over all levels at one input size. */
export function anchorCount({ width, height }: Size): number {
  return STRIDES.reduce((sum, stride) => sum + Math.floor(width / stride) * Math.floor(height / stride), 0);
}

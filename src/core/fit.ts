import type { Box } from './box.js';
import type { Size } from './size.js';

/** The position of a source's picture in the detector's input. It maps input pixels back to the source's. */
export type Fit = {
  /** Input pixels per source pixel, across and down; equal unless the picture was stretched. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Input pixels left of and above the picture; 0 with YOLOX, which pads on the right and at the bottom. */
  readonly padX: number;
  readonly padY: number;
  /** Size of the scaled picture inside the input, in input pixels. */
  readonly contentWidth: number;
  readonly contentHeight: number;
};

/** The grey around the picture (YOLOX `preproc`). */
export const PAD_VALUE = 114;

/**
 * Fits a picture into an input as YOLOX does: one scale for both axes, rounded down, picture in the upper left corner.
 * Source: YOLOX `yolox/data/data_augment.py`, `preproc`.
 */
export function letterbox(source: Size, input: Size): Fit {
  const scale = Math.min(input.width / source.width, input.height / source.height);
  return {
    scaleX: scale,
    scaleY: scale,
    padX: 0,
    padY: 0,
    contentWidth: Math.max(1, Math.trunc(source.width * scale)),
    contentHeight: Math.max(1, Math.trunc(source.height * scale)),
  };
}

/** Converts a box from input pixels to source pixels. */
export function toSource(box: Box, { scaleX, scaleY, padX, padY }: Fit): Box {
  return {
    x1: (box.x1 - padX) / scaleX,
    y1: (box.y1 - padY) / scaleY,
    x2: (box.x2 - padX) / scaleX,
    y2: (box.y2 - padY) / scaleY,
  };
}

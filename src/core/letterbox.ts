import type { Box } from './box.js';

/** How a source's picture was fitted into the detector's input. */
export type Letterbox = {
  /** Input pixels per source pixel. */
  readonly scale: number;
  /** Input pixels left of and above the picture; 0 with YOLOX, which pads on the right and at the bottom. */
  readonly padX: number;
  readonly padY: number;
  /** Size of the scaled picture inside the input, in input pixels. */
  readonly contentWidth: number;
  readonly contentHeight: number;
};

export type Size = { readonly width: number; readonly height: number };

/** The grey that fills what the picture does not cover (YOLOX `preproc`). */
export const PAD_VALUE = 114;

/**
 * Fits a picture into an input as YOLOX does: one scale for both axes, rounded down, picture in the upper left corner.
 * Source: YOLOX `yolox/data/data_augment.py`, `preproc`.
 */
export function letterbox(source: Size, input: Size): Letterbox {
  const scale = Math.min(input.width / source.width, input.height / source.height);
  return {
    scale,
    padX: 0,
    padY: 0,
    contentWidth: Math.max(1, Math.trunc(source.width * scale)),
    contentHeight: Math.max(1, Math.trunc(source.height * scale)),
  };
}

/** A box in input pixels, in pixels of the source. */
export function toSource(box: Box, { scale, padX, padY }: Letterbox): Box {
  return {
    x1: (box.x1 - padX) / scale,
    y1: (box.y1 - padY) / scale,
    x2: (box.x2 - padX) / scale,
    y2: (box.y2 - padY) / scale,
  };
}

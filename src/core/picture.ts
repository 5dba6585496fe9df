import type { Fit, Size } from './letterbox.js';

/** A decoded picture, fitted to a detector's input: all that a detector has to see of a frame. */
export type Picture = {
  /** Of the source's picture, in pixels. */
  readonly size: Size;
  readonly fit: Fit;
  /** Planar BGR, uint8, [3, input height, input width]. */
  readonly image: Uint8Array;
};

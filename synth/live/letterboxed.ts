import { createCanvas, type Canvas } from '@napi-rs/canvas';
import { letterbox, PAD_VALUE, type Size } from '../../src/core/letterbox.js';

/** Writes a canvas as a detector's input: planar BGR, uint8, [3, input height, input width], padded with 114. */
export type Letterboxer = (canvas: Canvas, target: Uint8Array) => void;

/** For canvases of one size. */
export function createLetterboxer(size: Size, input: Size): Letterboxer {
  const { contentWidth, contentHeight } = letterbox(size, input);
  const scaled = createCanvas(contentWidth, contentHeight);
  const context = scaled.getContext('2d');
  // Averages when it scales down, like the resizing of training pictures.
  context.imageSmoothingQuality = 'medium';
  const plane = input.width * input.height;
  return (canvas, target) => {
    context.drawImage(canvas, 0, 0, contentWidth, contentHeight);
    const pixels = scaled.data();
    target.fill(PAD_VALUE);
    for (let y = 0, from = 0; y < contentHeight; y++) {
      for (let to = y * input.width; to < y * input.width + contentWidth; to++, from += 4) {
        target[to] = pixels[from + 2];
        target[to + plane] = pixels[from + 1];
        target[to + 2 * plane] = pixels[from];
      }
    }
  };
}

import { createCanvas, type Canvas } from '@napi-rs/canvas';
import type { Size } from '../../src/core/size.js';
import { fitPicture, writePlanes, type PictureFormat } from '../../src/core/picture.js';

/** Writes a canvas as a detector's input: planar uint8, [3, input height, input width]. */
export type Letterboxer = (canvas: Canvas, target: Uint8Array) => void;

/** For canvases of one size. */
export function createLetterboxer(size: Size, input: PictureFormat): Letterboxer {
  const fit = fitPicture(size, input);
  const scaled = createCanvas(fit.contentWidth, fit.contentHeight);
  const context = scaled.getContext('2d');
  // Averages when it scales down, like the resizing of training pictures.
  context.imageSmoothingQuality = 'medium';
  return (canvas, target) => {
    context.drawImage(canvas, 0, 0, fit.contentWidth, fit.contentHeight);
    writePlanes({ pixels: scaled.data(), bytesPerPixel: 4 }, fit, input, target);
  };
}

import { fitPicture, writePlanes, type Picture, type PictureFormat } from '../../core/picture.js';
import type { RgbPicture } from './rgb-picture.js';

/**
 * Fits a decoded picture into a detector's input.
 * @param target receives [3, input height, input width]
 */
export async function fitPixels(
  { pixels, ...size }: RgbPicture,
  input: PictureFormat,
  target: Uint8Array,
): Promise<Picture> {
  // Only programs that push or read pictures load the native library.
  const { default: sharp } = await import('sharp');
  const fit = fitPicture(size, input);
  const scaled = await sharp(pixels, { raw: { ...size, channels: 3 } })
    .resize(fit.contentWidth, fit.contentHeight, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  writePlanes({ pixels: scaled, bytesPerPixel: 3 }, fit, input, target);
  return { size, fit, image: target };
}

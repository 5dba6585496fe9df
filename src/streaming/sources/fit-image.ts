import type { Sharp } from 'sharp';
import type { Size } from '../../core/letterbox.js';
import { fitPicture, writePlanes, type Picture, type PictureFormat } from '../../core/picture.js';

/**
 * Fits a picture into a detector's input; transparency is ignored.
 * @param size of the picture, in pixels
 * @param target receives [3, input height, input width]
 * @throws Error of the decoder, where the picture is damaged
 */
export async function fitImage(image: Sharp, size: Size, input: PictureFormat, target: Uint8Array): Promise<Picture> {
  const fit = fitPicture(size, input);
  const pixels = await image
    .resize(fit.contentWidth, fit.contentHeight, { fit: 'fill', kernel: 'linear' })
    .toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer();
  writePlanes({ pixels, bytesPerPixel: 3 }, fit, input, target);
  return { size, fit, image: target };
}

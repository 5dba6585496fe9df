import type { Sharp } from 'sharp';
import { fitPicture, writePlanes, type Picture, type PictureFormat } from '../../core/picture.js';

/**
 * Fits a picture into a detector's input. Rotated by its EXIF orientation; transparency is ignored.
 * @param target receives [3, input height, input width]
 * @returns the picture, with its size as shown
 * @throws the decoder's Error if the data are damaged or not a picture
 */
export async function fitImage(image: Sharp, input: PictureFormat, target: Uint8Array): Promise<Picture> {
  const upright = image.autoOrient();
  const { width, height } = (await upright.metadata()).autoOrient;
  const size = { width, height };
  const fit = fitPicture(size, input);
  const pixels = await upright
    .resize(fit.contentWidth, fit.contentHeight, { fit: 'fill', kernel: 'linear' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer();
  writePlanes({ pixels, bytesPerPixel: 3 }, fit, input, target);
  return { size, fit, image: target };
}

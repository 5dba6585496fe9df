import type { OutputInfo, Sharp } from 'sharp';
import type { RgbPicture } from '../originals/answer.js';
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
  const scaled = upright.resize(fit.contentWidth, fit.contentHeight, { fit: 'fill', kernel: 'linear' });
  const { data: pixels } = await inRgb(scaled);
  writePlanes({ pixels, bytesPerPixel: 3 }, fit, input, target);
  return { size, fit, image: target };
}

/**
 * A picture's pixels, red first, row by row. Turned as its EXIF orientation says; transparency is ignored.
 * @throws Error of the decoder, where the picture is damaged or none
 */
export async function imagePixels(image: Sharp): Promise<RgbPicture> {
  const { data: pixels, info } = await inRgb(image.autoOrient());
  return { width: info.width, height: info.height, pixels };
}

function inRgb(image: Sharp): Promise<{ data: Buffer; info: OutputInfo }> {
  return image.toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

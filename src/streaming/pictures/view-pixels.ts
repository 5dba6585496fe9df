import { changesPicture, isInside, outsideError, wholeSize, type View } from '../../core/view.js';
import type { RgbPicture } from './rgb-picture.js';

/**
 * Shows a decoded picture as a view states: the same pixels that ffmpeg's filters give of a video.
 * @throws SourceError `NOWCAST_SOURCE_CROP` if the picture does not contain the crop
 */
export async function viewPixels(picture: RgbPicture, view: View): Promise<RgbPicture> {
  if (!changesPicture(view)) return picture;
  const { width, height, pixels } = picture;
  const { rotate = 0, crop } = view;
  const whole = wholeSize({ width, height, sampleAspect: 1 }, view);
  if (crop !== undefined && !isInside(crop, whole)) throw outsideError(crop, whole);
  const upright = wholeSize({ width, height, sampleAspect: 1 }, { ...view, rotate: 0 });
  const { default: sharp } = await import('sharp');
  const shaped = sharp(pixels, { raw: { width, height, channels: 3 } }).resize({
    ...upright,
    fit: 'fill',
    kernel: 'cubic',
  });
  const turned = rotate === 0 ? shaped : sharp(await raw(shaped), { raw: { ...upright, channels: 3 } }).rotate(rotate);
  const part =
    crop === undefined
      ? turned
      : sharp(await raw(turned), { raw: { ...whole, channels: 3 } }).extract({
          left: crop.x,
          top: crop.y,
          width: crop.width,
          height: crop.height,
        });
  return { ...(crop === undefined ? whole : { width: crop.width, height: crop.height }), pixels: await raw(part) };
}

function raw(image: { raw(): { toBuffer(): Promise<Buffer> } }): Promise<Buffer> {
  return image.raw().toBuffer();
}

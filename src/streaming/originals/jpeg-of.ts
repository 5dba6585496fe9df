import type { Box } from '../../core/box.js';
import { noOriginal, type NoOriginal, type Original } from './answer.js';
import type { RgbPicture } from '../pictures/rgb-picture.js';

type JpegRequest = {
  readonly box: Box | undefined;
  readonly maxHeight: number | undefined;
  readonly quality: number;
};

/** A JPEG of a picture, or of the part inside a box. */
export async function jpegOf(
  { width, height, pixels }: RgbPicture,
  { box: wanted, maxHeight, quality }: JpegRequest,
): Promise<Original | NoOriginal> {
  const box = wholePixels(wanted ?? { x1: 0, y1: 0, x2: width, y2: height }, { width, height });
  const part = { left: box.x1, top: box.y1, width: box.x2 - box.x1, height: box.y2 - box.y1 };
  if (part.width <= 0 || part.height <= 0)
    return noOriginal('outside', `the box lies outside of the picture, which has ${width}x${height} pixels`);
  // Only programs that ask for pictures load the native library.
  const { default: sharp } = await import('sharp');
  const cut = sharp(pixels, { raw: { width, height, channels: 3 } }).extract(part);
  const scaled = maxHeight !== undefined && maxHeight < part.height ? cut.resize({ height: maxHeight }) : cut;
  const { data: jpeg, info } = await scaled.jpeg({ quality }).toBuffer({ resolveWithObject: true });
  return { jpeg, width: info.width, height: info.height, box };
}

/** An unchanged JPEG file. Its size is the one that viewers show, which turn it as its EXIF orientation says. */
export async function unchangedJpeg(jpeg: Uint8Array): Promise<Original> {
  const { default: sharp } = await import('sharp');
  const { width, height } = (await sharp(jpeg).metadata()).autoOrient;
  return { jpeg, width, height, box: { x1: 0, y1: 0, x2: width, y2: height } };
}

/** Every pixel that the box touches, inside the picture. */
function wholePixels(box: Box, { width, height }: { readonly width: number; readonly height: number }): Box {
  return {
    x1: Math.max(0, Math.floor(box.x1)),
    y1: Math.max(0, Math.floor(box.y1)),
    x2: Math.min(width, Math.ceil(box.x2)),
    y2: Math.min(height, Math.ceil(box.y2)),
  };
}

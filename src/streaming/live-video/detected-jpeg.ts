import { resolvedFormat, type Picture, type PictureFormat } from '../../core/picture.js';
import type { RgbPicture } from '../pictures/rgb-picture.js';

const QUALITY = 80;

/** The pixels that a detector gets, without its padding. Reads the picture before it returns. */
export function detectedPixels({ image, fit }: Picture, format: PictureFormat): RgbPicture {
  const { width, height, channels } = resolvedFormat(format);
  const { padX, padY, contentWidth, contentHeight } = fit;
  const plane = width * height;
  const [red, green, blue] = channels === 'rgb' ? [0, plane, 2 * plane] : [2 * plane, plane, 0];
  const pixels = new Uint8Array(3 * contentWidth * contentHeight);
  let to = 0;
  for (let y = 0; y < contentHeight; y++) {
    const row = (padY + y) * width + padX;
    for (let from = row; from < row + contentWidth; from++) {
      pixels[to++] = image[from + red];
      pixels[to++] = image[from + green];
      pixels[to++] = image[from + blue];
    }
  }
  return { width: contentWidth, height: contentHeight, pixels };
}

export async function jpegFor({ pixels, width, height }: RgbPicture): Promise<Uint8Array> {
  // Only programs whose pictures someone watches load the native library.
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Sharp } from 'sharp';
import { letterbox, PAD_VALUE, type Size } from '../../../core/letterbox.js';
import type { Picture } from '../../../core/picture.js';
import { decodeBmp } from './bmp.js';

/** What `readPicture` can read, by the end of the file's name. */
export const PICTURE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'tif', 'tiff', 'gif', 'avif', 'bmp'] as const;

/**
 * Reads one picture and letterboxes it into `target`: planes B, G, R of `input` size, padded with 114. Turned as its
 * EXIF orientation says; transparency is ignored.
 *
 * @returns the picture, its size as it is shown
 * @throws what the decoder says where the file is damaged or no picture
 */
export async function readPicture(path: string, input: Size, target: Uint8Array): Promise<Picture> {
  const image = (await open(path)).autoOrient();
  const { width, height } = (await image.metadata()).autoOrient;
  const size = { width, height };
  const fit = letterbox(size, input);
  const { contentWidth, contentHeight } = fit;
  const pixels = await image
    .resize(contentWidth, contentHeight, { fit: 'fill', kernel: 'linear' })
    .toColourspace('srgb').removeAlpha().raw({ depth: 'uchar' }).toBuffer();
  target.fill(PAD_VALUE);
  const planeLength = input.width * input.height;
  for (let y = 0, from = 0; y < contentHeight; y++) {
    for (let to = y * input.width; to < y * input.width + contentWidth; to++, from += 3) {
      target[to] = pixels[from + 2];
      target[to + planeLength] = pixels[from + 1];
      target[to + 2 * planeLength] = pixels[from];
    }
  }
  return { size, fit, image: target };
}

async function open(path: string): Promise<Sharp> {
  // Only programs that read pictures load the native library.
  const { default: sharp } = await import('sharp');
  if (extname(path).toLowerCase() !== '.bmp') return sharp(path);
  const { width, height, pixels } = decodeBmp(await readFile(path));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

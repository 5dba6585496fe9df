import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Sharp } from 'sharp';
import type { RgbPicture } from '../../originals/answer.js';
import type { Picture, PictureFormat } from '../../../core/picture.js';
import { fitImage, imagePixels } from '../fit-image.js';
import { decodeBmp } from './bmp.js';

/** Formats that `readPicture` reads, by file extension. */
export const PICTURE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'tif', 'tiff', 'gif', 'avif', 'bmp'] as const;

/**
 * Reads one picture and fits it into `target`, [3, input height, input width]. Rotated by its EXIF orientation;
 * transparency is ignored.
 *
 * @returns the picture, with its size as shown
 * @throws the decoder's error if the file is damaged or not a picture
 */
export async function readPicture(path: string, input: PictureFormat, target: Uint8Array): Promise<Picture> {
  return fitImage(await open(path), input, target);
}

/**
 * Reads one picture as it is.
 * @throws what the decoder says where the file is damaged or no picture
 */
export async function readPixels(path: string): Promise<RgbPicture> {
  return imagePixels(await open(path));
}

async function open(path: string): Promise<Sharp> {
  // Only programs that read pictures load the native library.
  const { default: sharp } = await import('sharp');
  if (extname(path).toLowerCase() !== '.bmp') return sharp(path);
  const { width, height, pixels } = decodeBmp(await readFile(path));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

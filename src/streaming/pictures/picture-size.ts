import { readFile } from 'node:fs/promises';
import type { Size } from '../../core/size.js';
import { decodePicture } from './decode-picture.js';

/**
 * The size of a picture as {@link decodePicture} returns it, upright. From the header where libvips reads the format;
 * so it says nothing about damage behind the header.
 * @throws SourceError of {@link decodePicture}, or the system's error where the file cannot be read
 */
export async function pictureSize(path: string): Promise<Size> {
  const { default: sharp } = await import('sharp');
  try {
    const { autoOrient } = await sharp(path).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch {
    // Its error says less than the one of the decoder, and the decoder reads more formats.
    const { width, height } = await decodePicture(await readFile(path));
    return { width, height };
  }
}

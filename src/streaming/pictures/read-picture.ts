import { readFile } from 'node:fs/promises';
import type { Picture, PictureFormat } from '../../core/picture.js';
import { decodePicture } from './decode-picture.js';
import { fitPixels } from './fit-pixels.js';

/**
 * Reads one picture and fits it into `target`, [3, input height, input width].
 * @returns the picture, its size as it is shown
 * @throws SourceError of {@link decodePicture}, or the system's error where the file cannot be read
 */
export async function readPicture(path: string, input: PictureFormat, target: Uint8Array): Promise<Picture> {
  return fitPixels(await decodePicture(await readFile(path)), input, target);
}

import { UsageError } from '../../../core/errors.js';
import { shown } from '../../../core/extension.js';
import type { Size } from '../../../core/size.js';
import type { Picture, PictureFormat } from '../../../core/picture.js';
import { decodePicture } from '../../pictures/decode-picture.js';
import { fitPixels } from '../../pictures/fit-pixels.js';

/** Coding of pushed pictures: 8 bits per channel, the three bytes of a pixel side by side, row by row; or JPEG. */
export const PUSH_FORMATS = ['rgb', 'bgr', 'jpeg'] as const;
export type PushFormat = (typeof PUSH_FORMATS)[number];

/** @throws UsageError naming the length, if bytes cannot be a picture of this format and size */
export function checkPixels(bytes: unknown, format: PushFormat, size: Size | undefined): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array))
    throw new UsageError(`push takes the bytes of a picture as a Uint8Array or Buffer, got ${shown(bytes)}`);
  if (format === 'jpeg' || size === undefined) return;
  const { width, height } = size;
  if (bytes.length !== 3 * width * height) {
    throw new UsageError(
      `a picture of ${width}x${height} in ${format} has ${3 * width * height} bytes (3 a pixel), got ${bytes.length}`,
    );
  }
}

/**
 * Fits a pushed picture into a detector's input. A JPEG is rotated by its EXIF orientation.
 * @param size of the picture, in pixels; a JPEG states its own
 * @throws the decoder's Error if a JPEG is damaged or not one
 */
export async function fitPushed(
  bytes: Uint8Array,
  format: PushFormat,
  size: Size | undefined,
  input: PictureFormat,
  target: Uint8Array,
): Promise<Picture> {
  if (format === 'jpeg' || size === undefined) return fitPixels(await decodePicture(bytes), input, target);
  // The order of the planes is relative to the order of the pixels, so that no channel is swapped twice.
  const planes =
    format === 'rgb' ? input : { ...input, channels: input.channels === 'rgb' ? ('bgr' as const) : ('rgb' as const) };
  return fitPixels({ ...size, pixels: bytes }, planes, target);
}

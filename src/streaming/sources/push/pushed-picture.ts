import { UsageError } from '../../../core/errors.js';
import { shown } from '../../../core/extension.js';
import type { Size } from '../../../core/letterbox.js';
import type { Picture, PictureFormat } from '../../../core/picture.js';
import { decodePicture } from '../../pictures/decode-picture.js';
import { fitPixels } from '../../pictures/fit-pixels.js';

/**
 * How pushed pictures are coded: 8 bits a channel, the three bytes of a pixel beside each other, row by row; or JPEG.
 */
export const PUSH_FORMATS = ['rgb', 'bgr', 'jpeg'] as const;
export type PushFormat = (typeof PUSH_FORMATS)[number];

/** @throws UsageError naming the length, where bytes cannot be a picture of this format and size */
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
 * Fits a pushed picture into a detector's input. A JPEG is turned as its EXIF orientation says.
 * @param size of the picture, in pixels; a JPEG brings its own
 * @throws Error of the decoder, where a JPEG is none or damaged
 */
export async function fitPushed(
  bytes: Uint8Array,
  format: PushFormat,
  size: Size | undefined,
  input: PictureFormat,
  target: Uint8Array,
): Promise<Picture> {
  if (format === 'jpeg' || size === undefined) return fitPixels(await decodePicture(bytes), input, target);
  // The planes' order is the pixels' order seen from the other side, so that nothing is swapped twice.
  const planes =
    format === 'rgb' ? input : { ...input, channels: input.channels === 'rgb' ? ('bgr' as const) : ('rgb' as const) };
  return fitPixels({ ...size, pixels: bytes }, planes, target);
}

import type { SharpOptions } from 'sharp';
import { SourceError } from '../../core/errors.js';
import { decodeBmp } from './bmp.js';
import type { RgbPicture } from './rgb-picture.js';
import { pictureFormatOf, READABLE_FORMATS } from './file-format.js';

/** A JPEG that ends early is used if it lacks no more than this share of its rows. */
const MOST_MISSING = 0.05;
/** libvips leaves rows that never came at this grey. */
const MISSING_GREY = 128;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
/** libjpeg's warnings about headers, after which it decodes every pixel. */
const HARMLESS =
  /Invalid SOS parameters|extraneous bytes before marker|Unknown Adobe color transform|Inconsistent progression|JFIF major revision/;

/**
 * Decodes a picture, the first one of an animation. One path for runs, evaluation and training, at full size: a
 * decoder that scales while it decodes gives other pixels for JPEG than for PNG. Turned as its EXIF orientation says,
 * 8 bits a channel. Alpha and colour profiles are ignored, as `cv2.imread`, and therefore YOLOX, ignores them; inks of
 * CMYK become light without a profile, too.
 *
 * Damage is judged as viewers do: odd headers, a missing end marker and a few missing last rows are no reason to refuse
 * a picture.
 * @throws SourceError if it is damaged, of an unsupported format, or no picture; the message completes "it cannot be
 *   read: "
 */
export async function decodePicture(bytes: Uint8Array): Promise<RgbPicture> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length === 0) throw new SourceError('it is empty (0 bytes)');
  const format = pictureFormatOf(file);
  if (format === undefined) throw new SourceError('it is no picture of a known format');
  if (!format.isReadable)
    throw new SourceError(`${format.name} is not supported (${READABLE_FORMATS.join(', ')} are); convert it to PNG`);
  if (format.name === 'BMP') return decodeBmp(file);
  return format.name === 'JPEG' ? decodeJpeg(file) : decode(file, 'error');
}

async function decodeJpeg(file: Buffer): Promise<RgbPicture> {
  try {
    return await decode(file, 'warning');
  } catch (error) {
    const complaints = linesOf(error);
    if (complaints.every((line) => HARMLESS.test(line))) return decode(file, 'error');
    if (!complaints.some((line) => line.includes('premature end of JPEG image'))) throw error;
  }
  const ended = Buffer.concat([file, END_OF_IMAGE]);
  try {
    return await decode(ended, 'warning');
  } catch (error) {
    if (linesOf(error).every((line) => HARMLESS.test(line))) return decode(ended, 'error');
    // A progressive one lacks detail everywhere.
    const picture = await decode(file, 'none');
    const missing = missingRows(picture) / picture.height;
    if (!isProgressive(file) && missing <= MOST_MISSING) return picture;
    throw new SourceError(
      isProgressive(file)
        ? 'the file is cut off'
        : `the file is cut off: ${Math.round(missing * 100)} % of its rows are missing`,
      { cause: error },
    );
  }
}

async function decode(file: Buffer, failOn: NonNullable<SharpOptions['failOn']>): Promise<RgbPicture> {
  // Only programs that read pictures load the native library.
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(file, { failOn, ignoreIcc: true }).autoOrient();
    const isInk = (await image.metadata()).space === 'cmyk';
    const { data, info } = await (
      isInk ? image.pipelineColourspace('cmyk').toColourspace('cmyk') : image.toColourspace('srgb').removeAlpha()
    )
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (isInk) return { width, height, pixels: lightOf(data, channels) };
    if (channels !== 3) throw new SourceError(`it has ${channels} channels instead of 3`);
    return { width, height, pixels: data };
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError(linesOf(cause).join('; '), { cause });
  }
}

/** Red, green and blue of cyan, magenta, yellow and black: each ink takes its share of the light. */
function lightOf(inks: Uint8Array, channels: number): Uint8Array {
  const pixels = new Uint8Array((inks.length / channels) * 3);
  for (let from = 0, to = 0; from < inks.length; from += channels, to += 3) {
    const white = 255 - inks[from + 3];
    for (let i = 0; i < 3; i++) pixels[to + i] = Math.round(((255 - inks[from + i]) * white) / 255);
  }
  return pixels;
}

/** libvips's messages, each once. */
function linesOf(error: unknown): string[] {
  const { message } = (error instanceof SourceError && error.cause instanceof Error ? error.cause : error) as Error;
  return [...new Set(message.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
}

function missingRows({ width, height, pixels }: RgbPicture): number {
  const isMissing = (value: number): boolean => Math.abs(value - MISSING_GREY) <= 1;
  let rows = 0;
  while (
    rows < height &&
    pixels.subarray((height - rows - 1) * width * 3, (height - rows) * width * 3).every(isMissing)
  )
    rows++;
  return rows;
}

/** Whether the first frame header says so. */
function isProgressive(file: Buffer): boolean {
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1];
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return (marker & 3) === 2;
  }
  return false;
}

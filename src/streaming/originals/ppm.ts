import type { RgbPicture } from '../pictures/rgb-picture.js';

/** Width, height and the largest value, separated by single white spaces as ffmpeg writes them. */
const HEADER = /^P6\s(\d+)\s(\d+)\s255\s/;
const LONGEST_HEADER = 32;

/** Reads a PPM of 8 bits a channel (P6); undefined if it is none, or cut off. */
export function readPpm(file: Buffer): RgbPicture | undefined {
  const header = HEADER.exec(file.toString('latin1', 0, LONGEST_HEADER));
  if (header === null) return undefined;
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = file.subarray(header[0].length, header[0].length + 3 * width * height);
  return pixels.length === 3 * width * height ? { width, height, pixels } : undefined;
}

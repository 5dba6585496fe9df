import type { Picture } from '../../../src/core/picture.js';

/** Squares in the topmost row of a picture: 16 bits of its number, most significant first, then 8 of a checksum. */
export const STAMP_COLUMNS = 24;
const NUMBER_BITS = 16;

/** Draws the number into the upper left of a picture of one byte a pixel. */
export function drawStamp(luma: Uint8Array, width: number, number: number): void {
  const cell = Math.floor(width / STAMP_COLUMNS);
  const word = number * 256 + checksum(number);
  for (let bit = 0; bit < STAMP_COLUMNS; bit++) {
    const value = (word >> (STAMP_COLUMNS - 1 - bit)) & 1 ? 235 : 16;
    for (let y = 0; y < cell; y++) luma.fill(value, y * width + bit * cell, y * width + (bit + 1) * cell);
  }
}

/** Reads the number from a decoded picture with an input of this width; undefined if the picture is damaged there. */
export function stampOf({ image, size, fit }: Picture, inputWidth: number): number | undefined {
  const cell = Math.floor(size.width / STAMP_COLUMNS) * fit.scaleX;
  let word = 0;
  for (let bit = 0; bit < STAMP_COLUMNS; bit++) {
    const at = Math.floor(cell / 2) * inputWidth + Math.floor((bit + 0.5) * cell);
    word = word * 2 + (image[at] > 126 ? 1 : 0);
  }
  const number = word >> (STAMP_COLUMNS - NUMBER_BITS);
  return (word & 0xff) === checksum(number) ? number : undefined;
}

/** Differs for black and white rows, so that neither counts as a number. */
function checksum(number: number): number {
  return (number ^ (number >> 8) ^ 0xa5) & 0xff;
}

import { SourceError } from '../../core/errors.js';
import type { RgbPicture } from './rgb-picture.js';

const UNCOMPRESSED = 0;
/** Masks instead of a palette; with 32 bits per pixel, every program writes the masks of B, G, R, A. */
const BITFIELDS = 3;

/**
 * Decodes uncompressed BMP files: 8 (palette), 24 and 32 bits a pixel. libvips does not read BMP.
 * @throws SourceError if the file is damaged or of another kind
 */
export function decodeBmp(file: Buffer): RgbPicture {
  if (file.length < 54 || file.toString('latin1', 0, 2) !== 'BM') throw new SourceError('it is not a BMP file');
  const pixelsAt = file.readUInt32LE(10);
  const paletteAt = 14 + file.readUInt32LE(14);
  const width = file.readInt32LE(18);
  const signedHeight = file.readInt32LE(22);
  const height = Math.abs(signedHeight);
  const bits = file.readUInt16LE(28);
  const compression = file.readUInt32LE(30);
  if (![8, 24, 32].includes(bits) || (compression !== UNCOMPRESSED && !(compression === BITFIELDS && bits === 32))) {
    throw new SourceError(
      `Nowcast cannot read a BMP with ${bits} bits per pixel and compression ${compression}; convert it to PNG`,
    );
  }
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (width < 1 || height < 1 || pixelsAt + rowBytes * height > file.length)
    throw new SourceError('the BMP file is truncated');

  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    // The lowest row comes first, unless the height is negative.
    const row = pixelsAt + rowBytes * (signedHeight < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++, to += 3) {
      const bgr = bits === 8 ? paletteAt + 4 * file[row + x] : row + (x * bits) / 8;
      pixels[to] = file[bgr + 2];
      pixels[to + 1] = file[bgr + 1];
      pixels[to + 2] = file[bgr];
    }
  }
  return { width, height, pixels };
}

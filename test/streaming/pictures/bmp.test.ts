import assert from 'node:assert/strict';
import { decodeBmp } from '../../../src/streaming/pictures/bmp.js';

type Layout = { readonly bits: number; readonly height?: number; readonly compression?: number };

/** A BMP of 3x2 pixels: its rows as they are stored, padded to four bytes each. */
function bmp({ bits, height = 2, compression = 0 }: Layout, palette: readonly number[], ...rows: number[][]): Buffer {
  const pixelsAt = 54 + palette.length;
  const stored = rows.flatMap((row) => [...row, ...Array<number>((4 - (row.length % 4)) % 4).fill(99)]);
  const file = Buffer.alloc(pixelsAt + stored.length);
  file.write('BM', 'latin1');
  file.writeUInt32LE(pixelsAt, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(3, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(compression, 30);
  Buffer.from(palette).copy(file, 54);
  Buffer.from(stored).copy(file, pixelsAt);
  return file;
}

const RGB = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
  [10, 11, 12],
  [13, 14, 15],
  [16, 17, 18],
];
const bgr = (from: number, ...rest: number[]): number[] =>
  RGB.slice(from, from + 3).flatMap(([r, g, b]) => [b, g, r, ...rest]);
const wanted = { width: 3, height: 2, pixels: Uint8Array.from(RGB.flat()) };

describe('decodeBmp', () => {
  it('reads 24 bits, the lowest row first', () => {
    assert.deepEqual(decodeBmp(bmp({ bits: 24 }, [], bgr(3), bgr(0))), wanted);
  });

  it('reads rows from the top if the height is negative', () => {
    assert.deepEqual(decodeBmp(bmp({ bits: 24, height: -2 }, [], bgr(0), bgr(3))), wanted);
  });

  it('reads 32 bits, with and without masks', () => {
    for (const compression of [0, 3])
      assert.deepEqual(decodeBmp(bmp({ bits: 32, compression }, [], bgr(3, 255), bgr(0, 255))), wanted);
  });

  it('reads a palette', () => {
    assert.deepEqual(
      decodeBmp(
        bmp(
          { bits: 8 },
          RGB.flatMap(([r, g, b]) => [b, g, r, 0]),
          [3, 4, 5],
          [0, 1, 2],
        ),
      ),
      wanted,
    );
  });

  it('refuses files that it cannot read', () => {
    assert.throws(() => decodeBmp(Buffer.from('PNG')), /not a BMP/);
    assert.throws(() => decodeBmp(bmp({ bits: 16 }, [], [0, 0])), /16 bits per pixel and compression 0/);
    assert.throws(() => decodeBmp(bmp({ bits: 8, compression: 1 }, [], [0])), /compression 1/);
    assert.throws(() => decodeBmp(bmp({ bits: 24 }, [], bgr(3))), /truncated/);
  });
});

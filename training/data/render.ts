import { PAD_VALUE } from '../../src/core/fit.js';
import type { Size } from '../../src/core/size.js';
import { compose, invert, type Affine } from './affine.js';

/** A decoded picture; three bytes a pixel. */
export type RgbPicture = { readonly width: number; readonly height: number; readonly rgb: Uint8Array };

/** A picture on the canvas. */
export type Tile = {
  readonly picture: RgbPicture;
  /** From pixels of the picture to the canvas. */
  readonly toCanvas: Affine;
  /** The part of the canvas that the picture may fill: x1, y1, x2, y2. */
  readonly region: readonly [number, number, number, number];
};

/**
 * Draws tiles of a canvas as mapped by `toOutput`, interpolated between pixels; grey elsewhere. It never draws the
 * canvas itself, so a mosaic costs one access for each pixel of the output.
 * @returns planar BGR [3, height, width]
 */
export function render(tiles: readonly Tile[], toOutput: Affine, { width, height }: Size): Uint8Array {
  const pixels = new Uint8Array(3 * width * height).fill(PAD_VALUE);
  const toCanvas = invert(toOutput);
  for (const tile of tiles) drawTile(pixels, width, height, tile, toCanvas, compose(toCanvas, invert(tile.toCanvas)));
  return pixels;
}

/** @param canvas from the output to the canvas @param source from the output to the tile's picture */
function drawTile(
  pixels: Uint8Array,
  width: number,
  height: number,
  { picture, region }: Tile,
  canvas: Affine,
  source: Affine,
): void {
  const { rgb, width: columns, height: rows } = picture;
  const [left, top, right, bottom] = region;
  const plane = width * height;
  for (let y = 0, at = 0; y < height; y++) {
    // Centres of pixels; the last terms grow with each column.
    let canvasX = canvas[1] * (y + 0.5) + canvas[2] + canvas[0] * 0.5;
    let canvasY = canvas[4] * (y + 0.5) + canvas[5] + canvas[3] * 0.5;
    let sourceX = source[1] * (y + 0.5) + source[2] + source[0] * 0.5;
    let sourceY = source[4] * (y + 0.5) + source[5] + source[3] * 0.5;
    for (
      let x = 0;
      x < width;
      x++, at++, canvasX += canvas[0], canvasY += canvas[3], sourceX += source[0], sourceY += source[3]
    ) {
      if (canvasX < left || canvasX >= right || canvasY < top || canvasY >= bottom) continue;
      if (sourceX < 0 || sourceX >= columns || sourceY < 0 || sourceY >= rows) continue;
      const column = Math.max(sourceX - 0.5, 0);
      const row = Math.max(sourceY - 0.5, 0);
      const [column0, row0] = [Math.trunc(column), Math.trunc(row)];
      const nextColumn = column0 + 1 < columns ? 3 : 0;
      const nextRow = row0 + 1 < rows ? columns * 3 : 0;
      const [right1, down1] = [column - column0, row - row0];
      const upperLeft = (1 - right1) * (1 - down1);
      const upperRight = right1 * (1 - down1);
      const lowerLeft = (1 - right1) * down1;
      const lowerRight = right1 * down1;
      const from = (row0 * columns + column0) * 3;
      for (let colour = 0; colour < 3; colour++) {
        const i = from + colour;
        // RGB in, BGR out.
        pixels[(2 - colour) * plane + at] =
          rgb[i] * upperLeft +
          rgb[i + nextColumn] * upperRight +
          rgb[i + nextRow] * lowerLeft +
          rgb[i + nextColumn + nextRow] * lowerRight +
          0.5;
      }
    }
  }
}

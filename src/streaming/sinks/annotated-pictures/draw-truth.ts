import { createCanvas, ImageData, type SKRSContext2D } from '@napi-rs/canvas';
import type { Box } from '../../../core/box.js';
import type { Size } from '../../../core/size.js';
import { css, INK, PAPER, SANS, scaleFor, TAG } from '../annotated-video/box-style.js';

/** An annotated object in a picture. */
export type TruthBox = {
  readonly box: Box;
  /** Drawn below the box, such as the class of an object that was not found. */
  readonly label?: string;
};

/**
 * Draws annotated objects as dashed light lines over a picture, and a line of text at its lower border.
 * @param pixels R, G, B and A, row by row
 * @returns the same
 */
export function drawTruth(
  pixels: Uint8ClampedArray,
  picture: Size,
  objects: readonly TruthBox[],
  status: string,
): Uint8ClampedArray {
  const { width, height } = picture;
  const pen = createCanvas(width, height).getContext('2d');
  pen.putImageData(new ImageData(pixels, width, height), 0, 0);
  const { lineWidth, fontSize, margin } = scaleFor(picture);
  for (const { box } of objects) dashed(pen, box, Math.max(1, lineWidth / 2));
  const taken: Box[] = [];
  for (const { box, label } of objects) {
    if (label !== undefined) text(pen, label, { x: box.x1, y: box.y2 }, fontSize * 0.8, picture, taken);
  }
  const size = fontSize * TAG.height;
  text(pen, status, { x: margin, y: height - margin - size }, fontSize, picture);
  return pen.getImageData(0, 0, width, height).data;
}

/** Light dashes on a dark line are visible on any ground. */
function dashed(pen: SKRSContext2D, { x1, y1, x2, y2 }: Box, lineWidth: number): void {
  pen.lineWidth = lineWidth;
  pen.strokeStyle = css(INK, 0.6);
  pen.setLineDash([]);
  pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
  pen.strokeStyle = css(PAPER, 1);
  pen.setLineDash([4 * lineWidth, 4 * lineWidth]);
  pen.strokeRect(x1, y1, x2 - x1, y2 - y1);
}

/** A line is at most so many of its heights below its place; farther away, nobody relates it to its box. */
const REACH = 2;

/**
 * A light line on a dark ground, moved into the picture where it would reach beyond. It is left out if it would cover
 * one that is `taken`.
 */
function text(
  pen: SKRSContext2D,
  words: string,
  at: { readonly x: number; readonly y: number },
  fontSize: number,
  picture: Size,
  taken: Box[] = [],
): void {
  pen.font = `500 ${fontSize}px ${SANS}`;
  const padding = fontSize * TAG.padding;
  const width = pen.measureText(words).width + 2 * padding;
  const height = fontSize * TAG.height;
  const x = Math.max(0, Math.min(at.x, picture.width - width));
  const places = Array.from({ length: REACH + 1 }, (_, step) =>
    Math.max(0, Math.min(at.y + step * height, picture.height - height)),
  );
  const y = places.find((top) =>
    taken.every(({ x1, y1, x2, y2 }) => x >= x2 || x + width <= x1 || top >= y2 || top + height <= y1),
  );
  if (y === undefined) return;
  taken.push({ x1: x, y1: y, x2: x + width, y2: y + height });
  pen.fillStyle = css(INK, 0.72);
  pen.beginPath();
  pen.roundRect(x, y, width, height, fontSize * TAG.radius);
  pen.fill();
  pen.fillStyle = css(PAPER, 1);
  pen.textBaseline = 'middle';
  pen.fillText(words, x + padding, y + height / 2 + fontSize * 0.04);
}

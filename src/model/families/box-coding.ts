import type { Box } from '../../core/box.js';
import type { Size } from '../../core/size.js';

/** The four numbers of a finished box: centre and size, or corners; in pixels or in fractions of the input. */
export const BOX_CODINGS = ['decoded', 'decoded fractions', 'corners', 'corner fractions'] as const;
export type BoxCoding = (typeof BOX_CODINGS)[number];

/** Reads a box of this coding: returns its corners in input pixels. */
export function boxReader(
  coding: BoxCoding,
  { width, height }: Size,
): (a: number, b: number, c: number, d: number) => Box {
  const isFraction = coding.endsWith('fractions');
  const scaleX = isFraction ? width : 1;
  const scaleY = isFraction ? height : 1;
  if (coding.startsWith('corner'))
    return (a, b, c, d) => ({ x1: a * scaleX, y1: b * scaleY, x2: c * scaleX, y2: d * scaleY });
  return (a, b, c, d) => {
    const [x, y, halfWidth, halfHeight] = [a * scaleX, b * scaleY, (c * scaleX) / 2, (d * scaleY) / 2];
    return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
  };
}

/** The coding in words, completing "its boxes are …". */
export const CODING_TEXTS: Readonly<Record<BoxCoding, string>> = {
  decoded: 'centres and sizes in pixels',
  'decoded fractions': 'centres and sizes in fractions of the input',
  corners: 'corners in pixels',
  'corner fractions': 'corners in fractions of the input',
};

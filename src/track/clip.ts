import type { Box } from '../core/box.js';
import type { Size } from '../core/size.js';
import { round3 } from '../core/round.js';

/**
 * The part of a box inside the picture, rounded to 1/1000 px; undefined if the box is inverted or the rest covers less
 * than `minArea` square pixels, with sides rounded down. Source: mtli/sAP `forecast/__init__.py`, `extrap_clean_up`.
 */
export function clipToPicture(box: Box, size: Size, minArea: number): Box | undefined {
  if (!(box.x2 > box.x1 && box.y2 > box.y1)) return undefined;
  const x1 = clamp(box.x1, size.width);
  const y1 = clamp(box.y1, size.height);
  const x2 = clamp(box.x2, size.width);
  const y2 = clamp(box.y2, size.height);
  if (!(Math.trunc(x2 - x1) * Math.trunc(y2 - y1) >= minArea)) return undefined;
  return { x1: round3(x1), y1: round3(y1), x2: round3(x2), y2: round3(y2) };
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, 0), limit);
}

import type { Detection } from '../../core/detection.js';
import { toSource, type Fit } from '../../core/fit.js';
import type { Box } from '../../core/box.js';

/** A box in input pixels as a detection in source pixels. */
export function detectionOf(
  box: Box,
  score: number,
  classId: number,
  classNames: readonly string[],
  fit: Fit,
): Detection {
  const { x1, y1, x2, y2 } = toSource(box, fit);
  return {
    box: { x1: rounded(x1, 1e3), y1: rounded(y1, 1e3), x2: rounded(x2, 1e3), y2: rounded(y2, 1e3) },
    score: rounded(score, 1e6),
    classId,
    className: classNames[classId] ?? `class-${classId}`,
  };
}

/** Whether these are the corners of a box: finite, and in order. Half-precision networks that overflow give others. */
export function isBox({ x1, y1, x2, y2 }: Box): boolean {
  const [width, height] = [x2 - x1, y2 - y1];
  return width >= 0 && width < Infinity && height >= 0 && height < Infinity;
}

/** To multiples of 1/steps. Adding 0 turns -0, which JSON cannot hold, into 0. */
function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps + 0;
}

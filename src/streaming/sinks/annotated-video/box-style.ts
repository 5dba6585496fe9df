import type { Detection } from '../../../core/detection.js';
import type { Size } from '../../../core/size.js';
import type { Rgb } from './planar-picture.js';

/**
 * Colours that are distinct on asphalt, foliage and sky, and under common kinds of colour blindness; cycled by class
 * id.
 */
const PALETTE: readonly Rgb[] = [
  [255, 176, 0],
  [86, 190, 255],
  [255, 99, 132],
  [72, 214, 138],
  [190, 140, 255],
  [255, 138, 60],
  [60, 220, 220],
  [246, 116, 219],
  [196, 222, 66],
  [120, 150, 255],
  [255, 214, 92],
  [150, 230, 190],
];
export const INK: Rgb = [16, 18, 22];
export const PAPER: Rgb = [240, 243, 247];

export function classColour(classId: number): Rgb {
  return PALETTE[classId % PALETTE.length];
}

/** Sizes in pixels for a picture, all even. */
export type Scale = { readonly lineWidth: number; readonly fontSize: number; readonly margin: number };

export function scaleFor({ width, height }: Size): Scale {
  const shorter = Math.min(width, height);
  const fit = (share: number, least: number, most: number): number =>
    2 * Math.round(Math.min(most, Math.max(least, shorter * share)) / 2);
  return { lineWidth: fit(1 / 270, 2, 8), fontSize: fit(1 / 34, 10, 64), margin: fit(1 / 54, 6, 40) };
}

/** The shape of a name tag, in font sizes. */
export const TAG = { padding: 0.4, height: 1.5, radius: 0.18, opacity: 0.94 } as const;

/** `#3 dog 0.82`. */
export function tagText({ className, score, trackId }: Pick<Detection, 'className' | 'score' | 'trackId'>): string {
  return `${trackId === undefined ? '' : `#${trackId} `}${className} ${score.toFixed(2)}`;
}

export const SANS = '"Inter", "Noto Sans", "DejaVu Sans", "Helvetica Neue", Arial, sans-serif';

/** As CSS writes it. */
export function css([r, g, b]: Rgb, alpha: number): string {
  return `rgb(${r} ${g} ${b} / ${alpha})`;
}

import { createCanvas } from '@napi-rs/canvas';
import type { Detection } from '../../../core/detection.js';
import type { Size } from '../../../core/size.js';
import { spriteOf, type Rgb, type Sprite } from './planar-picture.js';

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

/** A name tag: dark letters on the class's colour. */
export function tagSprite(text: string, classId: number, { fontSize }: Scale): Sprite {
  return textSprite(text, {
    font: `600 ${fontSize}px ${SANS}`,
    fontSize,
    ink: INK,
    ground: classColour(classId),
    opacity: TAG.opacity,
    radius: TAG.radius,
  });
}

/** A line of the status: light letters on a dark, translucent ground, digits of equal width. */
export function statusSprite(text: string, { fontSize }: Scale): Sprite {
  return textSprite(text, {
    font: `500 ${fontSize}px ${MONO}`,
    fontSize,
    ink: PAPER,
    ground: INK,
    opacity: 0.68,
    radius: 0.3,
  });
}

export const SANS = '"Inter", "Noto Sans", "DejaVu Sans", "Helvetica Neue", Arial, sans-serif';
const MONO = '"JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace';

type TextStyle = {
  readonly font: string;
  readonly fontSize: number;
  readonly ink: Rgb;
  readonly ground: Rgb;
  readonly opacity: number;
  /** Radius of the corners, in font sizes. */
  readonly radius: number;
};

function textSprite(text: string, { font, fontSize, ink, ground, opacity, radius }: TextStyle): Sprite {
  const padding = fontSize * TAG.padding;
  const ruler = createCanvas(1, 1).getContext('2d');
  ruler.font = font;
  const width = 2 * Math.ceil((ruler.measureText(text).width + 2 * padding) / 2);
  const height = 2 * Math.ceil((fontSize * TAG.height) / 2);
  const pen = createCanvas(width, height).getContext('2d');
  pen.fillStyle = css(ground, opacity);
  pen.beginPath();
  pen.roundRect(0, 0, width, height, fontSize * radius);
  pen.fill();
  pen.font = font;
  pen.fillStyle = css(ink, 1);
  pen.textBaseline = 'middle';
  pen.fillText(text, padding, height / 2 + fontSize * 0.04);
  return spriteOf({ width, height }, pen.getImageData(0, 0, width, height).data);
}

/** As CSS writes it. */
export function css([r, g, b]: Rgb, alpha: number): string {
  return `rgb(${r} ${g} ${b} / ${alpha})`;
}

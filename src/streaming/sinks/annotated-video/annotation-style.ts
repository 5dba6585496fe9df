import { createCanvas } from '@napi-rs/canvas';
import { classColour, css, INK, PAPER, SANS, TAG, type Scale } from './box-style.js';
import { spriteOf, type Rgb, type Sprite } from './planar-picture.js';

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

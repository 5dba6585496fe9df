import type { Size } from '../../../core/size.js';

/** A picture of even size as planes Y, U, V, the latter two at half size, in BT.709's limited range (yuv420p). */
export type PlanarPicture = Size & { readonly bytes: Uint8Array };

export type Rgb = readonly [r: number, g: number, b: number];

/** In pixels; drawing starts at even ones, because two by two pixels share a colour. */
export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** A small picture with transparency, to be drawn over a {@link PlanarPicture}. */
export type Sprite = Size & { readonly luma: SpritePlane; readonly u: SpritePlane; readonly v: SpritePlane };
type SpritePlane = Size & { readonly values: Uint8Array; readonly alphas: Uint8Array };
type Plane = Size & { readonly bytes: Uint8Array };
type Area = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

/** @param alpha 0 (changes nothing) to 1 (covers) */
export function fillRectangle(
  picture: PlanarPicture,
  { x, y, width, height }: Rectangle,
  [r, g, b]: Rgb,
  alpha: number,
): void {
  const left = even(Math.max(0, x));
  const top = even(Math.max(0, y));
  const right = even(Math.min(picture.width, x + width));
  const bottom = even(Math.min(picture.height, y + height));
  if (right <= left || bottom <= top) return;
  const area = { left, top, right, bottom };
  const [luma, u, v] = planesOf(picture);
  fillPlane(luma, area, lumaOf(r, g, b), alpha);
  const halfArea = { left: left / 2, top: top / 2, right: right / 2, bottom: bottom / 2 };
  fillPlane(u, halfArea, uOf(r, g, b), alpha);
  fillPlane(v, halfArea, vOf(r, g, b), alpha);
}

/** Draws the sprite with its upper left corner at `x, y`; parts outside the picture are cut off. */
export function drawSprite(picture: PlanarPicture, sprite: Sprite, x: number, y: number, alpha: number): void {
  const left = even(x);
  const top = even(y);
  const [luma, u, v] = planesOf(picture);
  layOver(luma, sprite.luma, { left, top }, alpha);
  const half = { left: left / 2, top: top / 2 };
  layOver(u, sprite.u, half, alpha);
  layOver(v, sprite.v, half, alpha);
}

/** @param rgba of an even width and height, colours not multiplied by alpha */
export function spriteOf({ width, height }: Size, rgba: Uint8ClampedArray): Sprite {
  const luma = spritePlane(width, height);
  const u = spritePlane(width / 2, height / 2);
  const v = spritePlane(width / 2, height / 2);
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let [red, green, blue, opacity] = [0, 0, 0, 0];
      for (const i of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        const [r, g, b, a] = [rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], rgba[4 * i + 3]];
        luma.values[i] = lumaOf(r, g, b);
        luma.alphas[i] = a;
        red += r * a;
        green += g * a;
        blue += b * a;
        opacity += a;
      }
      const i = (y / 2) * (width / 2) + x / 2;
      const [r, g, b] = opacity === 0 ? [0, 0, 0] : [red / opacity, green / opacity, blue / opacity];
      u.values[i] = uOf(r, g, b);
      v.values[i] = vOf(r, g, b);
      u.alphas[i] = v.alphas[i] = opacity / 4;
    }
  }
  return { width, height, luma, u, v };
}

function fillPlane({ bytes, width }: Plane, area: Area, value: number, alpha: number): void {
  const { left, top, right, bottom } = area;
  for (let y = top; y < bottom; y++) {
    const row = y * width;
    if (alpha === 1) bytes.fill(value, row + left, row + right);
    else for (let i = row + left; i < row + right; i++) bytes[i] += (value - bytes[i]) * alpha;
  }
}

function layOver(target: Plane, sprite: SpritePlane, { left, top }: Pick<Area, 'left' | 'top'>, alpha: number): void {
  const { bytes } = target;
  const { values, alphas, width } = sprite;
  const lastX = Math.min(width, target.width - left);
  const lastY = Math.min(sprite.height, target.height - top);
  for (let y = Math.max(0, -top); y < lastY; y++) {
    const row = (top + y) * target.width + left;
    for (let x = Math.max(0, -left); x < lastX; x++) {
      const opacity = (alphas[y * width + x] * alpha) / 255;
      bytes[row + x] += (values[y * width + x] - bytes[row + x]) * opacity;
    }
  }
}

/** Views of Y, U and V. */
function planesOf({ bytes, width, height }: PlanarPicture): readonly [luma: Plane, u: Plane, v: Plane] {
  const lumaBytes = width * height;
  const half = { width: width / 2, height: height / 2 };
  return [
    { width, height, bytes: bytes.subarray(0, lumaBytes) },
    { ...half, bytes: bytes.subarray(lumaBytes, (lumaBytes * 5) / 4) },
    { ...half, bytes: bytes.subarray((lumaBytes * 5) / 4, (lumaBytes * 6) / 4) },
  ];
}

function spritePlane(width: number, height: number): SpritePlane {
  return { width, height, values: new Uint8Array(width * height), alphas: new Uint8Array(width * height) };
}

function even(value: number): number {
  return 2 * Math.round(value / 2);
}

// ITU-R BT.709, 8 bits, limited range.
function lumaOf(r: number, g: number, b: number): number {
  return Math.round(16 + ((0.2126 * r + 0.7152 * g + 0.0722 * b) * 219) / 255);
}

function uOf(r: number, g: number, b: number): number {
  return Math.round(128 + (((-0.2126 * r - 0.7152 * g + 0.9278 * b) / 1.8556) * 224) / 255);
}

function vOf(r: number, g: number, b: number): number {
  return Math.round(128 + (((0.7874 * r - 0.7152 * g - 0.0722 * b) / 1.5748) * 224) / 255);
}

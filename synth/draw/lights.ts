import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Color, Figure } from '../figure.js';
import type { Scene } from '../scene.js';
import { cssAlpha, type Atmosphere } from '../atmosphere.js';

const SPRITE = 64;

/** Draws the light around lamps, its mirror image on a wet road, and the beam of the car's own headlights. */
export function createLights(air: Atmosphere): {
  glow(context: SKRSContext2D, figure: Figure): void;
  beam(context: SKRSContext2D, scene: Scene): void;
} {
  const sprites = new Map<Color, Canvas>();
  const spriteOf = (color: Color): Canvas => {
    const known = sprites.get(color);
    if (known !== undefined) return known;
    const sprite = createCanvas(SPRITE, SPRITE);
    const context = sprite.getContext('2d');
    const half = SPRITE / 2;
    const gradient = context.createRadialGradient(half, half, 0, half, half, half);
    gradient.addColorStop(0, cssAlpha(color, 0.9));
    gradient.addColorStop(0.25, cssAlpha(color, 0.35));
    gradient.addColorStop(1, cssAlpha(color, 0));
    context.fillStyle = gradient;
    context.fillRect(0, 0, SPRITE, SPRITE);
    sprites.set(color, sprite);
    return sprite;
  };
  const strength = air.isDark ? 1 : 0.55;

  return {
    glow(context, { glows, depth }) {
      if (glows.length === 0) return;
      context.globalCompositeOperation = 'screen';
      const clearness = Math.exp(-depth / air.hazeMetres / 1.8) * strength;
      for (const { x, y, radius, color, strength: own, mirrorY } of glows) {
        const sprite = spriteOf(color);
        context.globalAlpha = own * clearness;
        context.drawImage(sprite, x - radius, y - radius, 2 * radius, 2 * radius);
        if (!air.isWet) continue;
        context.globalAlpha = 0.5 * own * clearness;
        context.drawImage(sprite, x - 0.5 * radius, mirrorY - radius, radius, 3 * radius);
      }
      context.globalAlpha = 1;
      context.globalCompositeOperation = 'source-over';
    },
    beam(context, { camera: { width, height, horizonY } }) {
      if (!air.isDark) return;
      context.globalCompositeOperation = 'screen';
      context.globalAlpha = 0.55;
      context.drawImage(spriteOf(0xffedc2), -0.3 * width, horizonY - 0.16 * height, 1.6 * width, 0.9 * height);
      context.globalAlpha = 1;
      context.globalCompositeOperation = 'source-over';
    },
  };
}

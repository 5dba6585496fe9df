import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '../../src/core/size.js';
import { createRandom, hash, hashUnit } from '../random.js';
import type { Scene } from '../scene.js';
import { cssAlpha, type Atmosphere } from '../atmosphere.js';

const NOISE_TILE = 256;
const STREAKS = 150;

/** Effects between world and picture: rain, motion blur, darker corners, sensor noise. */
export function createLens(seed: number, size: Size, air: Atmosphere): (context: SKRSContext2D, scene: Scene) => void {
  const noise = noiseTile(seed);
  const corners = vignette(size);
  return (context, scene) => {
    blur(context, size, scene);
    if (air.isWet) rain(context, size, scene, air);
    context.drawImage(corners, 0, 0);
    grain(context, size, scene, noise, air.isDark ? 0.06 : 0.035);
  };
}

/**
 * Forward motion stretches the picture from the point that the car drives to: drawn as the picture over itself,
 * slightly enlarged.
 */
function blur(context: SKRSContext2D, { width, height }: Size, { speed, camera: { horizonY } }: Scene): void {
  const growth = 0.00045 * speed;
  if (growth < 0.001) return;
  context.globalAlpha = 0.35;
  context.drawImage(
    context.canvas,
    (-growth * width) / 2,
    -growth * horizonY,
    width * (1 + growth),
    height * (1 + growth),
  );
  context.globalAlpha = 1;
}

function rain(
  context: SKRSContext2D,
  { width, height }: Size,
  { index, seed, speed }: Scene,
  { haze, isDark }: Atmosphere,
): void {
  context.strokeStyle = cssAlpha(isDark ? 0xa9b7d6 : 0xeef3f7, isDark ? 0.2 : 0.3);
  context.lineWidth = width / 900;
  context.beginPath();
  for (let i = 0; i < STREAKS; i++) {
    const [x, y] = [hashUnit(seed, index, i, 1) * width, hashUnit(seed, index, i, 2) * height];
    const long = height * (0.02 + 0.04 * hashUnit(seed, index, i, 3));
    const outwards = (x / width - 0.5) * (0.3 + speed / 14);
    context.moveTo(x, y);
    context.lineTo(x + outwards * long, y + long);
  }
  context.stroke();
  context.fillStyle = cssAlpha(haze, 0.05);
  context.fillRect(0, 0, width, height);
}

function grain(
  context: SKRSContext2D,
  { width, height }: Size,
  { index, seed }: Scene,
  tile: Canvas,
  strength: number,
): void {
  const [shiftX, shiftY] = [
    Math.floor(hashUnit(seed, index, 1) * NOISE_TILE),
    Math.floor(hashUnit(seed, index, 2) * NOISE_TILE),
  ];
  context.globalAlpha = strength;
  for (let y = -shiftY; y < height; y += NOISE_TILE) {
    for (let x = -shiftX; x < width; x += NOISE_TILE) context.drawImage(tile, x, y);
  }
  context.globalAlpha = 1;
}

/** Black and white grains that are mostly transparent. */
function noiseTile(seed: number): Canvas {
  const random = createRandom(hash(seed, 7));
  const tile = createCanvas(NOISE_TILE, NOISE_TILE);
  const context = tile.getContext('2d');
  const pixels = context.createImageData(NOISE_TILE, NOISE_TILE);
  for (let i = 0; i < pixels.data.length; i += 4) {
    const value = random.unit() + random.unit() - 1;
    pixels.data.fill(value > 0 ? 255 : 0, i, i + 3);
    pixels.data[i + 3] = Math.round(Math.abs(value) * 255);
  }
  context.putImageData(pixels, 0, 0);
  return tile;
}

function vignette({ width, height }: Size): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const gradient = context.createRadialGradient(
    width / 2,
    height / 2,
    0.45 * width,
    width / 2,
    height / 2,
    0.68 * width,
  );
  gradient.addColorStop(0, 'rgba(8,12,24,0)');
  gradient.addColorStop(1, 'rgba(8,12,24,0.28)');
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  return canvas;
}

import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '../../src/core/size.js';
import type { Camera } from '../camera.js';
import type { Conditions } from '../conditions.js';
import { createRandom, hash, type Random } from '../random.js';
import { blend, css, cssAlpha, type Atmosphere } from '../atmosphere.js';

/** Width of the painted sky relative to the picture: it covers all turns of the road. */
const SPAN = 1.9;

/** Paints sky, clouds and skyline once; shows the part that the camera looks at. */
export function createSky(
  seed: number,
  size: Size,
  conditions: Conditions,
  air: Atmosphere,
): (context: SKRSContext2D, camera: Camera) => void {
  const width = Math.ceil(SPAN * size.width);
  const tall = Math.ceil(0.75 * size.height);
  const strip = createCanvas(width, tall);
  paint(strip, createRandom(hash(seed, 6)), size, conditions, air);
  return (context, { heading, focal, horizonY }) => {
    const x = (size.width - width) / 2 - focal * Math.tan(heading);
    context.drawImage(strip, Math.max(size.width - width, Math.min(0, x)), horizonY - tall + 2);
  };
}

function paint(strip: Canvas, random: Random, size: Size, conditions: Conditions, air: Atmosphere): void {
  const context = strip.getContext('2d');
  const { width, height } = strip;
  const gradient = context.createLinearGradient(0, 0, 0, height);
  gradient.addColorStop(0.1, css(air.skyTop));
  gradient.addColorStop(0.65, css(air.skyMiddle));
  gradient.addColorStop(0.97, css(air.haze));
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  if (air.isDark) paintStars(context, random, strip);
  paintDisc(context, size, strip, conditions, air);
  const clouds = Math.round(16 * air.cloudiness);
  for (let i = 0; i < clouds; i++) paintCloud(context, random, strip, air);
  paintSkyline(context, random, strip, size, conditions, air);
}

function paintStars(context: SKRSContext2D, random: Random, { width, height }: Size): void {
  for (let i = 0; i < 130; i++) {
    context.fillStyle = cssAlpha(0xdfe6ff, random.between(0.15, 0.8));
    const side = random.between(0.6, 1.8);
    context.fillRect(random.between(0, width), random.between(0, height * 0.7), side, side);
  }
}

function paintDisc(
  context: SKRSContext2D,
  size: Size,
  { width, height }: Size,
  { time, sunSide }: Conditions,
  { disc }: Atmosphere,
): void {
  if (disc === undefined) return;
  const isLow = time === 'dawn' || time === 'dusk';
  const x = width / 2 + sunSide * size.width * (isLow ? 0.2 : 0.34);
  const y = height * (isLow ? 0.8 : 0.38);
  const radius = size.width * (isLow ? 0.032 : 0.022);
  const halo = context.createRadialGradient(x, y, radius * 0.5, x, y, radius * 9);
  halo.addColorStop(0, cssAlpha(disc, time === 'night' ? 0.3 : 0.75));
  halo.addColorStop(0.3, cssAlpha(disc, time === 'night' ? 0.08 : 0.22));
  halo.addColorStop(1, cssAlpha(disc, 0));
  context.fillStyle = halo;
  context.fillRect(x - radius * 9, y - radius * 9, radius * 18, radius * 18);
  context.fillStyle = css(disc);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** A row of balls on a flat base, lighter on top. */
function paintCloud(context: SKRSContext2D, random: Random, { width, height }: Size, air: Atmosphere): void {
  const [x, y] = [random.between(0, width), random.between(0.08, 0.68) * height];
  const long = random.between(0.06, 0.15) * width * (1.1 - y / height);
  for (const [lift, alpha] of [
    [0, 0.35],
    [-0.035, 0.55],
  ] as const) {
    const color = lift === 0 ? blend(air.cloud, air.skyTop, 0.28) : air.cloud;
    const gradient = context.createLinearGradient(0, y - long * 0.3, 0, y + long * 0.08);
    gradient.addColorStop(0, cssAlpha(color, alpha));
    gradient.addColorStop(1, cssAlpha(color, alpha * 0.25));
    context.fillStyle = gradient;
    context.beginPath();
    for (let i = 0; i < 6; i++) {
      const at = x + long * (i / 5 - 0.5);
      const radius = long * (0.07 + 0.1 * Math.sin((Math.PI * (i + 0.5)) / 6)) * random.between(0.8, 1.15);
      context.moveTo(at + radius, y + lift * long);
      context.arc(at, y + lift * long - radius * 0.25, radius, 0, 2 * Math.PI);
    }
    context.fill();
  }
}

/** Hills, and before them roofs in two rows, paler the farther. */
function paintSkyline(
  context: SKRSContext2D,
  random: Random,
  { width, height }: Size,
  size: Size,
  { urbanity, weather }: Conditions,
  air: Atmosphere,
): void {
  if (weather === 'fog') return;
  const base = air.isDark ? 0x232c4d : 0x7f98a8;
  context.fillStyle = css(blend(air.haze, base, 0.3));
  context.beginPath();
  context.moveTo(0, height);
  const phase = random.between(0, 6);
  for (let x = 0; x <= width; x += width / 80) {
    context.lineTo(
      x,
      height -
        size.height *
          (0.06 + 0.025 * Math.sin((x / width) * 9 + phase) + 0.012 * Math.sin((x / width) * 23 + 2 * phase)),
    );
  }
  context.lineTo(width, height);
  context.fill();
  for (const [share, tallest] of [
    [0.42, 0.15],
    [0.58, 0.085],
  ] as const) {
    context.fillStyle = css(blend(air.haze, base, share));
    for (let x = 0; x < width;) {
      const wide = random.between(0.012, 0.035) * size.width;
      const tall = size.height * tallest * (0.25 + 0.75 * urbanity) * random.between(0.25, 1);
      context.fillRect(x, height - tall, wide + 1, tall);
      x += wide * random.between(0.9, 1.6);
    }
  }
}

import type { Random } from '../random.js';

/** The largest shifts of hue, saturation and value, on scales of 180, 256 and 256 (YOLOX `augment_hsv`). */
const MOST = [5, 30, 30] as const;

/**
 * Shifts hue, saturation and value of the whole picture by a random amount, each with probability 1/2. Source: YOLOX
 * `yolox/data/data_augment.py`, `augment_hsv`.
 * @param pixels planar BGR; changed in place
 */
export function jitterColour(pixels: Uint8Array, random: Random): void {
  const [hue, saturation, value] = MOST.map((most) => {
    const amount = random.between(-most, most);
    return random.chance(0.5) ? amount : 0;
  });
  if (hue === 0 && saturation === 0 && value === 0) return;
  shiftColour(pixels, hue / 30, saturation, value);
}

/**
 * @param pixels planar BGR; changed in place
 * @param hue in sixths of the circle
 * @param saturation on a scale of 255
 */
export function shiftColour(pixels: Uint8Array, hue: number, saturation: number, value: number): void {
  const plane = pixels.length / 3;
  for (let i = 0; i < plane; i++) {
    const [blue, green, red] = [pixels[i], pixels[i + plane], pixels[i + 2 * plane]];
    const high = Math.max(red, green, blue);
    const range = high - Math.min(red, green, blue);
    const sector =
      range === 0
        ? 0
        : high === red
          ? (green - blue) / range
          : high === green
            ? 2 + (blue - red) / range
            : 4 + (red - green) / range;
    const newHigh = clamp(high + value);
    const newRange = (newHigh * clamp((high === 0 ? 0 : (range / high) * 255) + saturation)) / 255;
    const newSector = sector + hue;
    pixels[i] = component(newHigh, newRange, newSector, 1);
    pixels[i + plane] = component(newHigh, newRange, newSector, 3);
    pixels[i + 2 * plane] = component(newHigh, newRange, newSector, 5);
  }
}

/** One colour of a hue: red for `turn` 5, green for 3, blue for 1. */
function component(high: number, range: number, sector: number, turn: number): number {
  const k = (((turn + sector) % 6) + 6) % 6;
  return high - range * Math.max(0, Math.min(k, 4 - k, 1)) + 0.5;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 255);
}

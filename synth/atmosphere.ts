import type { Conditions } from './conditions.js';
import type { Color, Paint } from './figure.js';

type Rgb = readonly [red: number, green: number, blue: number];

/** The effect of light and air on colours. */
export type Atmosphere = {
  readonly skyTop: Color;
  readonly skyMiddle: Color;
  /** The horizon's colour, towards which everything fades. */
  readonly haze: Color;
  readonly cloud: Color;
  readonly cloudiness: number;
  /** The sun's or moon's disc; undefined behind clouds. */
  readonly disc: Color | undefined;
  /** The colour of a white surface. */
  readonly light: Rgb;
  /** Metres over which the air absorbs all but a third of a colour. */
  readonly hazeMetres: number;
  /** Darkness of shadows, 0 to 1. */
  readonly shadow: number;
  readonly isWet: boolean;
  readonly isDark: boolean;
};

type Sky = Pick<Atmosphere, 'skyTop' | 'skyMiddle' | 'haze' | 'cloud' | 'light'> & { readonly disc: Color };

const SKIES: Readonly<Record<Conditions['time'], Sky>> = {
  dawn: {
    skyTop: 0x6f8fc4,
    skyMiddle: 0xe9b7a6,
    haze: 0xffdcb4,
    cloud: 0xffd7c4,
    light: [1.04, 0.92, 0.85],
    disc: 0xfff3cf,
  },
  day: {
    skyTop: 0x4d9fe0,
    skyMiddle: 0x96cbee,
    haze: 0xdcedf4,
    cloud: 0xffffff,
    light: [1.04, 1.02, 0.98],
    disc: 0xfffbe6,
  },
  dusk: {
    skyTop: 0x3b3f78,
    skyMiddle: 0xb8638a,
    haze: 0xf3a979,
    cloud: 0xdd8794,
    light: [0.86, 0.7, 0.7],
    disc: 0xffdf9a,
  },
  night: {
    skyTop: 0x0d1430,
    skyMiddle: 0x1c2750,
    haze: 0x36436f,
    cloud: 0x2b3660,
    light: [0.3, 0.35, 0.52],
    disc: 0xf1efdc,
  },
};

const GREYING: Readonly<
  Record<
    Conditions['weather'],
    {
      readonly grey: number;
      readonly light: number;
      readonly hazeMetres: number;
      readonly cloudiness: number;
      readonly shadow: number;
    }
  >
> = {
  clear: { grey: 0, light: 1, hazeMetres: 330, cloudiness: 0.35, shadow: 0.42 },
  cloudy: { grey: 0.6, light: 0.94, hazeMetres: 240, cloudiness: 1, shadow: 0.26 },
  rain: { grey: 0.8, light: 0.82, hazeMetres: 135, cloudiness: 0.8, shadow: 0.3 },
  fog: { grey: 0.9, light: 0.95, hazeMetres: 62, cloudiness: 0, shadow: 0.18 },
};

export function atmosphereOf({ time, weather }: Conditions): Atmosphere {
  const sky = SKIES[time];
  const { grey, light, ...rest } = GREYING[weather];
  // An overcast sky has one colour, that of the time of day without its tint.
  const cover = scale(0xc3ccd2, luminance(sky.haze) / luminance(0xdcedf4));
  const covered = (color: Color, share: number): Color => blend(color, cover, grey * share);
  return {
    ...rest,
    skyTop: covered(sky.skyTop, 0.85),
    skyMiddle: covered(sky.skyMiddle, 1),
    haze: covered(sky.haze, 0.8),
    cloud: covered(sky.cloud, 0.6),
    disc: weather === 'clear' ? sky.disc : undefined,
    light: sky.light.map((part) => (part + grey * 0.5 * (luminanceOf(sky.light) - part)) * light) as unknown as Rgb,
    isWet: weather === 'rain',
    isDark: time === 'night',
  };
}

/** The colour of something in this light, seen through this many metres of air. */
export function toned(
  { color, shade, glows }: Paint,
  depth: number,
  { light, haze, hazeMetres, isDark }: Atmosphere,
): Color {
  const air = 1 - Math.exp((-depth / hazeMetres) * (glows === true ? 0.55 : 1));
  // At night, the car's own headlights light near objects.
  const beam = isDark ? 1 + 1.5 * Math.exp(-depth / 17) : 1;
  const part = (shift: number, lit: number): number => {
    const own = (color >> shift) & 0xff;
    const seen = Math.min(255, glows === true ? own : own * shade * lit * beam);
    return Math.round(seen + air * (((haze >> shift) & 0xff) - seen));
  };
  return (part(16, light[0]) << 16) | (part(8, light[1]) << 8) | part(0, light[2]);
}

export function blend(a: Color, b: Color, share: number): Color {
  const part = (shift: number): number =>
    Math.round(((a >> shift) & 0xff) * (1 - share) + ((b >> shift) & 0xff) * share) << shift;
  return part(16) | part(8) | part(0);
}

export function scale(color: Color, factor: number): Color {
  const part = (shift: number): number => Math.min(255, Math.round(((color >> shift) & 0xff) * factor)) << shift;
  return part(16) | part(8) | part(0);
}

export function css(color: Color): string {
  return `#${color.toString(16).padStart(6, '0')}`;
}

export function cssAlpha(color: Color, alpha: number): string {
  return `rgba(${color >> 16},${(color >> 8) & 0xff},${color & 0xff},${alpha})`;
}

function luminance(color: Color): number {
  return luminanceOf([color >> 16, (color >> 8) & 0xff, color & 0xff]);
}

function luminanceOf([red, green, blue]: Rgb): number {
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

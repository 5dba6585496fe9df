import { createRandom, hash } from './random.js';

export const TIMES_OF_DAY = ['dawn', 'day', 'dusk', 'night'] as const;
export const WEATHERS = ['clear', 'cloudy', 'rain', 'fog'] as const;

export type TimeOfDay = (typeof TIMES_OF_DAY)[number];
export type Weather = (typeof WEATHERS)[number];

/** The constant properties of a drive. */
export type Conditions = {
  readonly time: TimeOfDay;
  readonly weather: Weather;
  /** Side of the sun: -1 is left of the road, 1 right of it. */
  readonly sunSide: -1 | 1;
  /** Density of buildings: 0 is a leafy suburb, 1 the inner city. */
  readonly urbanity: number;
  /** Density of traffic and people; 1 is usual. */
  readonly density: number;
};

export function drawConditions(seed: number): Conditions {
  const random = createRandom(hash(seed, 1));
  return {
    time: random.weighted([
      ['day', 5],
      ['dusk', 2],
      ['dawn', 2],
      ['night', 2],
    ]),
    weather: random.weighted([
      ['clear', 5],
      ['cloudy', 3],
      ['rain', 2],
      ['fog', 1],
    ]),
    sunSide: random.chance(0.5) ? 1 : -1,
    urbanity: random.unit(),
    density: random.between(0.7, 1.35),
  };
}

/** Whether vehicles have their lights on. */
export function lightsAreOn({ time, weather }: Conditions): boolean {
  return time !== 'day' || weather === 'rain' || weather === 'fog';
}

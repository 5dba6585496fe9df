import { createRandom, hash } from './random.js';

/** A point of the road's course: position and slope of the centre line. Metres and slopes. */
type Course = {
  at(s: number): number;
  slopeAt(s: number): number;
};

/** Cross-section, metres right of the centre line; the left side mirrors the right. */
export type Section = {
  readonly lanesPerSide: 1 | 2;
  readonly laneWidth: number;
  /** Where lanes end and the parking strip begins. */
  readonly laneEdge: number;
  /** Where the parking strip ends and the pavement begins. */
  readonly curb: number;
  /** Where the pavement ends and plots begin. */
  readonly plotEdge: number;
};

/**
 * The road runs along the world's z axis and swings about it: at distance `s` its centre line is at x = `bend.at(s)`,
 * height `rise.at(s)`, z = `s`. Both are sums of sines, so they are smooth everywhere and computed directly.
 */
export type Road = {
  readonly section: Section;
  readonly bend: Course;
  readonly rise: Course;
};

export function drawRoad(seed: number): Road {
  const random = createRandom(hash(seed, 2));
  const lanesPerSide = random.chance(0.5) ? 1 : 2;
  const laneWidth = lanesPerSide === 1 ? 3.7 : 3.3;
  const laneEdge = lanesPerSide * laneWidth;
  const curb = laneEdge + 2.5;
  return {
    section: { lanesPerSide, laneWidth, laneEdge, curb, plotEdge: curb + random.between(3.4, 4.6) },
    bend: course(
      [
        [random.between(3, 9), random.between(190, 330)],
        [random.between(0.5, 1.6), random.between(100, 150)],
      ],
      random.unit(),
    ),
    rise: course([[random.between(0.2, 0.6), random.between(260, 420)]], random.unit()),
  };
}

/**
 * Centre of a lane, metres right of the centre line; lane 1 is the innermost, negative ones are the oncoming side's.
 */
export function laneCentre({ laneWidth }: Section, lane: number): number {
  return Math.sign(lane) * (Math.abs(lane) - 0.5) * laneWidth;
}

function course(waves: readonly (readonly [amplitude: number, length: number])[], phase: number): Course {
  const terms = waves.map(([amplitude, length], i) => ({
    amplitude,
    rate: (2 * Math.PI) / length,
    phase: 2 * Math.PI * (phase + i * 0.37),
  }));
  return {
    at: (s) => terms.reduce((sum, { amplitude, rate, phase: p }) => sum + amplitude * Math.sin(rate * s + p), 0),
    slopeAt: (s) =>
      terms.reduce((sum, { amplitude, rate, phase: p }) => sum + amplitude * rate * Math.cos(rate * s + p), 0),
  };
}

import { CARS, TRUCKS, type VehicleModel } from './actors/vehicle-models.js';
import type { Light } from './actors/signals.js';
import type { Conditions } from './conditions.js';
import type { Color } from './figure.js';
import { createRandom, hash, type Random } from './random.js';
import type { Section } from './road.js';
import { drawBuildingPlan, type Building } from './scenery/building.js';
import { drawTreePlan, type Tree } from './scenery/tree.js';

export type Side = -1 | 1;

/** The position of a crossing street between `start` and `end`, metres along the road. */
export type Crossing = {
  readonly start: number;
  readonly end: number;
  readonly control: 'signals' | 'stop';
  /** Offset in seconds of its signals' cycle. */
  readonly offsetS: number;
  /** Ids of the heads that face the drive, or of its stop sign. */
  readonly trackIds: readonly number[];
};

export type ParkedVehicle = {
  readonly trackId: number;
  readonly model: VehicleModel;
  readonly paint: Color;
  readonly s: number;
  readonly side: Side;
  readonly facesBack: boolean;
};
export type ParkedTwoWheeler = {
  readonly trackId: number;
  readonly kind: 'bicycle' | 'motorcycle';
  readonly color: Color;
  readonly s: number;
  readonly d: number;
  readonly turn: number;
};

/** A stretch of road from the end of one crossing to the end of the next, with all its stationary objects. */
export type Block = {
  readonly index: number;
  readonly start: number;
  readonly crossing: Crossing;
  readonly buildings: readonly {
    readonly plan: Building;
    readonly s: number;
    readonly side: Side;
    readonly setback: number;
  }[];
  readonly trees: readonly { readonly plan: Tree; readonly s: number; readonly d: number }[];
  readonly lamps: readonly { readonly s: number; readonly side: Side }[];
  readonly parked: readonly ParkedVehicle[];
  readonly twoWheelers: readonly ParkedTwoWheeler[];
  /** Darker patches and manholes of the road: middle, half width and half length. */
  readonly patches: readonly { readonly s: number; readonly d: number; readonly half: number; readonly long: number }[];
};

/** Half the width of a crossing street between its curbs. */
export const CROSSING_HALF = 5.2;
/** Crosswalks lie this far from the crossing street, and stop lines that far. */
export const CROSSWALK_GAP = 1.2;
export const CROSSWALK_WIDTH = 3;
export const STOP_LINE_GAP = 5.4;

const CYCLE_S = 24;
const GREEN_S = 9;
const YELLOW_S = 2;
const ALL_RED_S = 1.5;

/** The signals for the main road at a moment. */
export function lightAt({ offsetS }: Crossing, timeS: number): Light {
  const phase = (timeS + offsetS) % CYCLE_S;
  return phase < GREEN_S ? 'green' : phase < GREEN_S + YELLOW_S ? 'yellow' : 'red';
}

/** Seconds for which people may still cross the main road; 0 if they may not. */
export function crossTimeLeft({ offsetS }: Crossing, timeS: number): number {
  const phase = (timeS + offsetS) % CYCLE_S;
  return phase < GREEN_S + YELLOW_S + ALL_RED_S ? 0 : Math.max(0, CYCLE_S - ALL_RED_S - phase);
}

/** @param nextId gives a new track id */
export function buildBlock(
  seed: number,
  index: number,
  start: number,
  section: Section,
  conditions: Conditions,
  nextId: () => number,
): Block {
  const random = createRandom(hash(seed, 3, index));
  const length = random.between(58, 105);
  const crossingStart = start + length;
  const control = random.chance(0.55) ? 'signals' : 'stop';
  const heads = control === 'stop' ? 1 : section.lanesPerSide + 1;
  const crossing: Crossing = {
    start: crossingStart,
    end: crossingStart + 2 * CROSSING_HALF,
    control,
    offsetS: random.between(0, CYCLE_S),
    trackIds: Array.from({ length: heads }, nextId),
  };
  return {
    index,
    start,
    crossing,
    buildings: ([-1, 1] as const).flatMap((side) =>
      placeBuildings(random, start + 3.5, crossingStart - 3.5, side, conditions, hash(seed, index, side)),
    ),
    ...placeGreenery(random, start, crossingStart, section, conditions),
    parked: ([-1, 1] as const).flatMap((side) =>
      parkVehicles(random, start + 10, crossingStart - 13, side, conditions, nextId),
    ),
    twoWheelers: parkTwoWheelers(random, start + 8, crossingStart - 8, section, nextId),
    patches: Array.from({ length: 7 }, () => ({
      s: random.between(start, crossingStart),
      d: random.between(-section.laneEdge, section.laneEdge),
      ...(random.chance(0.4)
        ? { half: 0.34, long: 0.34 }
        : { half: random.between(0.4, 1.2), long: random.between(1, 4) }),
    })),
  };
}

function placeBuildings(
  random: Random,
  from: number,
  to: number,
  side: Side,
  { urbanity }: Conditions,
  seed: number,
): Block['buildings'][number][] {
  const placed: Block['buildings'][number][] = [];
  for (let s = from, count = 0; ; count++) {
    const plan = drawBuildingPlan(random, hash(seed, count), urbanity);
    if (s + plan.frontage > to) return placed;
    placed.push({
      plan,
      s: s + plan.frontage / 2,
      side,
      setback: plan.kind === 'house' ? random.between(3, 6) : random.between(0, 0.6),
    });
    s +=
      plan.frontage +
      (plan.kind === 'house' ? random.between(3, 8) : random.chance(0.25) ? random.between(3, 9) : 0.02);
  }
}

function placeGreenery(
  random: Random,
  from: number,
  to: number,
  { curb, plotEdge }: Section,
  { urbanity }: Conditions,
): Pick<Block, 'trees' | 'lamps'> {
  const trees: Block['trees'][number][] = [];
  const lamps: Block['lamps'][number][] = [];
  for (const side of [-1, 1] as const) {
    const spacing = 9 + 7 * urbanity;
    for (let s = from + 6; s < to - 8; s += spacing) {
      if (random.chance(0.75))
        trees.push({ plan: drawTreePlan(random, urbanity), s: s + random.between(-1.5, 1.5), d: side * (curb + 0.75) });
      if (random.chance(0.8 * (1 - urbanity)))
        trees.push({
          plan: drawTreePlan(random, urbanity),
          s: s + random.between(0, spacing),
          d: side * (plotEdge + random.between(1.2, 9)),
        });
    }
    for (let s = from + (side > 0 ? 4 : 16); s < to - 4; s += 27) lamps.push({ s, side });
  }
  return { trees, lamps };
}

function parkVehicles(
  random: Random,
  from: number,
  to: number,
  side: Side,
  { density }: Conditions,
  nextId: () => number,
): ParkedVehicle[] {
  const parked: ParkedVehicle[] = [];
  const fill = Math.min(0.85, random.between(0.2, 0.75) * density);
  for (let s = from; s < to;) {
    const model = random.chance(0.09) ? random.weighted(TRUCKS) : random.weighted(CARS);
    const room = model.length + random.between(0.9, 2.2);
    if (s + room > to) break;
    if (random.chance(fill))
      parked.push({
        trackId: nextId(),
        model,
        paint: random.pick(model.paints),
        s: s + room / 2,
        side,
        facesBack: random.chance(0.08),
      });
    s += room;
  }
  return parked;
}

function parkTwoWheelers(
  random: Random,
  from: number,
  to: number,
  { curb }: Section,
  nextId: () => number,
): ParkedTwoWheeler[] {
  const placed: ParkedTwoWheeler[] = [];
  for (const side of [-1, 1] as const) {
    if (random.chance(0.45)) {
      const s = random.between(from, to);
      const count = random.integer(1, 4);
      for (let i = 0; i < count; i++) {
        placed.push({
          trackId: nextId(),
          kind: 'bicycle',
          color: random.pick([0x2f6fae, 0xc8443d, 0x2f8f6b, 0x24272b, 0xe9c23e]),
          s: s + i * 0.8,
          d: side * (curb + 1.4),
          turn: side * random.between(1.1, 1.5),
        });
      }
    }
    if (random.chance(0.4)) {
      const s = random.between(from, to);
      const count = random.integer(1, 2);
      for (let i = 0; i < count; i++) {
        placed.push({
          trackId: nextId(),
          kind: 'motorcycle',
          color: random.pick([0xb23a3a, 0x24272b, 0x2d5f9a, 0xd97a2b]),
          s: s + i * 1.3,
          d: side * (curb + 1.5),
          turn: side * random.between(0.9, 1.3),
        });
      }
    }
  }
  return placed;
}

import { BUSES, CARS, TRUCKS, type VehicleModel } from './actors/vehicle-models.js';
import { drawPersonLook, type PersonLook } from './actors/person.js';
import { crossTimeLeft, lightAt, CROSSING_HALF, STOP_LINE_GAP, type Crossing, type Side } from './blocks.js';
import type { Color } from './figure.js';
import type { Random } from './random.js';
import { laneCentre, type Section } from './road.js';

export type Mover =
  | { readonly kind: 'vehicle'; readonly model: VehicleModel; readonly paint: Color }
  | {
      readonly kind: 'bicycle' | 'motorcycle';
      readonly color: Color;
      readonly rider: PersonLook;
      readonly riderId: number;
      readonly helmet: Color;
    };

/**
 * A driver. `along` grows in the direction of travel: s with the drive, -s against it, metres along a crossing street.
 */
export type Driver = {
  readonly trackId: number;
  readonly mover: Mover;
  readonly length: number;
  readonly direction: Side;
  /** The crossing street; undefined on the main road. */
  readonly crossing?: Crossing;
  readonly desired: number;
  lane: number;
  along: number;
  /** Metres right of the main road's centre line; unused on crossing streets. */
  d: number;
  speed: number;
  acceleration: number;
  /** Current sideways motion: from `fromD` since `sinceS`. */
  laneChange?: { readonly fromD: number; readonly toLane: number; readonly sinceS: number };
  waitedS: number;
  /** The stop line that it has waited at and may pass now. */
  passedStart?: number;
};

/** The lane of bicycles, at the edge of the outermost one. */
export const BICYCLE_LANE = 9;
export const LANE_CHANGE_S = 3.4;
const MAX_ACCELERATION = 1.7;
const COMFORTABLE_BRAKING = 2.3;
const HARD_BRAKING = 4;
const HARDEST_BRAKING = 7;
const HEADWAY_S = 1.1;
const STANDSTILL_GAP = 2.2;
const STOP_SIGN_WAIT_S = 1;
/** A driver this far beyond a stop line, metres, still waits at it. */
const PAST_LINE = 1;
const CROSSING_TAKES_S = 5;

export function lateral(section: Section, lane: number, direction: Side): number {
  return lane === BICYCLE_LANE ? direction * (section.laneEdge + 0.25) : laneCentre(section, direction * lane);
}

/** A vehicle of a kind that fits the lane. */
export function drawDriver(
  random: Random,
  nextId: () => number,
  at: {
    readonly direction: Side;
    readonly lane: number;
    readonly along: number;
    readonly d: number;
    readonly crossing?: Crossing;
  },
): Driver {
  const mover = drawMover(random, nextId, at.lane === BICYCLE_LANE);
  const desired =
    mover.kind === 'bicycle'
      ? random.between(3.8, 6.2)
      : mover.kind === 'vehicle' && mover.model.className !== 'car'
        ? random.between(7.5, 10)
        : random.between(8.5, 13);
  return {
    trackId: nextId(),
    mover,
    length: mover.kind === 'vehicle' ? mover.model.length : mover.kind === 'bicycle' ? 1.75 : 2.1,
    desired: at.crossing === undefined ? desired : Math.min(desired, 9),
    speed: 0.9 * desired,
    acceleration: 0,
    waitedS: 0,
    ...at,
  };
}

function drawMover(random: Random, nextId: () => number, isBicycleLane: boolean): Mover {
  const kind = isBicycleLane
    ? 'bicycle'
    : random.weighted([
        ['car', 66],
        ['truck', 11],
        ['bus', 14],
        ['motorcycle', 14],
      ] as const);
  if (kind === 'bicycle' || kind === 'motorcycle') {
    return {
      kind,
      color: random.pick([0xb23a3a, 0x24272b, 0x2d5f9a, 0xd97a2b, 0x2f8f6b]),
      rider: { ...drawPersonLook(random), outfit: 'shirt' },
      riderId: nextId(),
      helmet: random.pick([0xf1ede2, 0x24272b, 0xc8443d, 0xe9c23e]),
    };
  }
  const model = random.weighted(kind === 'car' ? CARS : kind === 'bus' ? BUSES : TRUCKS);
  return { kind: 'vehicle', model, paint: random.pick(model.paints) };
}

/** The surroundings that drivers react to, besides each other. */
export type Surroundings = {
  readonly timeS: number;
  readonly section: Section;
  readonly crossings: readonly Crossing[];
  /** Whether a person is on the main road at the crossing. */
  readonly isWalkedOn: (crossing: Crossing) => boolean;
};

/** Moves everyone on by `dt` seconds: the intelligent driver model, with closed stop lines as standing vehicles. */
export function advance(drivers: readonly Driver[], around: Surroundings, dt: number): void {
  for (const driver of drivers) {
    let acceleration = follow(driver, Infinity, 0);
    for (const other of drivers) {
      if (
        other === driver ||
        other.direction !== driver.direction ||
        other.crossing !== driver.crossing ||
        !sharesLane(driver, other)
      )
        continue;
      const gap = other.along - driver.along - (other.length + driver.length) / 2;
      if (other.along > driver.along && gap < 80)
        acceleration = Math.min(acceleration, follow(driver, Math.max(0.1, gap), driver.speed - other.speed));
    }
    const line = gapToClosedLine(driver, drivers, around, dt);
    if (line !== undefined)
      acceleration = Math.min(acceleration, follow(driver, Math.max(0.1, line + STANDSTILL_GAP), driver.speed));
    driver.acceleration = Math.max(-HARDEST_BRAKING, acceleration);
  }
  for (const driver of drivers) {
    driver.speed = Math.max(0, driver.speed + driver.acceleration * dt);
    driver.along += driver.speed * dt;
    steer(driver, around);
  }
}

/** Whether a lane is free beside a driver. */
export function isFree(drivers: readonly Driver[], driver: Driver, lane: number): boolean {
  return drivers.every((other) => {
    if (
      other === driver ||
      other.crossing !== undefined ||
      other.direction !== driver.direction ||
      (other.lane !== lane && other.laneChange?.toLane !== lane)
    )
      return true;
    const gap = Math.abs(other.along - driver.along) - (other.length + driver.length) / 2;
    return (
      gap > 7 + Math.max(0, 2 * (other.along > driver.along ? driver.speed - other.speed : other.speed - driver.speed))
    );
  });
}

export function beginLaneChange(driver: Driver, toLane: number, timeS: number): void {
  driver.laneChange = { fromD: driver.d, toLane, sinceS: timeS };
}

function steer(driver: Driver, { section, timeS }: Surroundings): void {
  const change = driver.laneChange;
  if (change === undefined) return;
  const share = Math.min(1, (timeS - change.sinceS) / LANE_CHANGE_S);
  const eased = share * share * share * (share * (6 * share - 15) + 10);
  driver.d = change.fromD + eased * (lateral(section, change.toLane, driver.direction) - change.fromD);
  if (share > 0.5) driver.lane = change.toLane;
  if (share === 1) delete driver.laneChange;
}

function sharesLane(a: Driver, b: Driver): boolean {
  return a.lane === b.lane || a.laneChange?.toLane === b.lane || b.laneChange?.toLane === a.lane;
}

function follow({ speed, desired }: Driver, gap: number, closing: number): number {
  const wanted =
    STANDSTILL_GAP +
    Math.max(0, speed * HEADWAY_S + (speed * closing) / (2 * Math.sqrt(MAX_ACCELERATION * COMFORTABLE_BRAKING)));
  return MAX_ACCELERATION * (1 - (speed / desired) ** 4 - (wanted / gap) ** 2);
}

/** Metres from the driver's front to the next stop line that currently applies to it. */
function gapToClosedLine(
  driver: Driver,
  drivers: readonly Driver[],
  around: Surroundings,
  dt: number,
): number | undefined {
  let nearest: number | undefined;
  for (const crossing of driver.crossing === undefined ? around.crossings : [driver.crossing]) {
    const line = stopLine(driver, crossing, around.section);
    const gap = line - driver.along - driver.length / 2;
    if (gap < -PAST_LINE || gap > 70 || (nearest !== undefined && gap >= nearest)) continue;
    if (isBlocked(driver, drivers, crossing, gap, around.section) || isClosed(driver, crossing, gap, around, dt))
      nearest = gap;
  }
  return nearest;
}

function stopLine({ direction, crossing }: Driver, { start, end }: Crossing, { curb }: Section): number {
  if (crossing !== undefined) return -curb - STOP_LINE_GAP;
  return direction > 0 ? start - STOP_LINE_GAP : -end - STOP_LINE_GAP;
}

/** Whether the other street's traffic is still on the crossing, and the driver can stop before it. */
function isBlocked(
  driver: Driver,
  drivers: readonly Driver[],
  crossing: Crossing,
  gap: number,
  { curb }: Section,
): boolean {
  if (!canStopWithin(driver, gap)) return false;
  return drivers.some((other) => {
    const half = other.length / 2;
    if (driver.crossing === undefined) return other.crossing === crossing && Math.abs(other.along) < curb + half + 1;
    // A driver that has passed a stop line of the main road by more than the bumper is on the crossing.
    const s = other.direction * other.along;
    const reach = STOP_LINE_GAP + half - 1;
    return other.crossing === undefined && s > crossing.start - reach && s < crossing.end + reach;
  });
}

function canStopWithin({ speed }: Driver, gap: number): boolean {
  return speed ** 2 / (2 * HARD_BRAKING) < gap + PAST_LINE;
}

function isClosed(driver: Driver, crossing: Crossing, gap: number, around: Surroundings, dt: number): boolean {
  const canStop = canStopWithin(driver, gap);
  if (driver.crossing !== undefined)
    return crossing.control === 'stop' || (crossTimeLeft(crossing, around.timeS) < CROSSING_TAKES_S && canStop);
  if (canStop && around.isWalkedOn(crossing)) return true;
  if (crossing.control === 'signals') {
    const light = lightAt(crossing, around.timeS);
    return light !== 'green' && canStop;
  }
  if (driver.passedStart === crossing.start) return false;
  if (gap < 2.5 && driver.speed < 0.4) driver.waitedS += dt;
  if (driver.waitedS > STOP_SIGN_WAIT_S) {
    driver.waitedS = 0;
    driver.passedStart = crossing.start;
    return false;
  }
  return canStop || driver.speed < 1;
}

/** Distance along a crossing street beyond which nothing is visible. */
export const CROSSING_REACH = 62;
/** Lateral position of a crossing street's traffic, metres from the middle of the street. */
export const CROSSING_LANE = CROSSING_HALF / 2 - 0.4;

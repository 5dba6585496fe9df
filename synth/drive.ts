import { UsageError } from '../src/core/errors.js';
import type { Size } from '../src/core/size.js';
import { buildBlock, type Block, type Crossing, type Side } from './blocks.js';
import { placeCamera } from './camera.js';
import { drawConditions, type Conditions } from './conditions.js';
import { createRandom, hash } from './random.js';
import { drawRoad, laneCentre, type Road } from './road.js';
import type { Scene } from './scene.js';
import { LARGEST_SEED } from './seed.js';
import { castFigures } from './stage.js';
import {
  advance,
  BICYCLE_LANE,
  beginLaneChange,
  CROSSING_REACH,
  drawDriver,
  isFree,
  LANE_CHANGE_S,
  lateral,
  type Driver,
} from './traffic.js';
import { isOnRoad, populate, walk, type Walker } from './walkers.js';

export type DriveOptions = Size & {
  /** A whole number from 0 on. */
  readonly seed: number;
  readonly fps: number;
  /** Overrides for choices of the seed. */
  readonly conditions?: Partial<Conditions>;
};

export type Drive = {
  readonly conditions: Conditions;
  /** The next moment; the first call returns the first. */
  step(): Scene;
};

/** Range of sight along the road, metres. */
export const VIEW = 165;
const BEHIND = 30;
const WARM_UP_S = 6;
/** The longest step: with longer ones, the spring of the car's nose would swing up instead of settling. */
const LONGEST_STEP_S = 1 / 15;

/**
 * A drive through a synthetic town. The seed determines everything, on every machine.
 * @throws UsageError for an impossible option
 */
export function createDrive({ seed, width, height, fps, conditions: chosen }: DriveOptions): Drive {
  check(
    'seed',
    seed,
    Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED,
    `a whole number from 0 to ${LARGEST_SEED}`,
  );
  check('width', width, Number.isInteger(width) && width >= 64 && width <= 7680, 'a whole number from 64 to 7680');
  check('height', height, Number.isInteger(height) && height >= 64 && height <= 4320, 'a whole number from 64 to 4320');
  check('fps', fps, fps >= 1 && fps <= 240, 'between 1 and 240');
  const town = new Town(seed, { ...drawConditions(seed), ...chosen });
  for (let t = 0; t < WARM_UP_S; t += LONGEST_STEP_S) town.advance(LONGEST_STEP_S);
  const stepsPerFrame = Math.ceil(1 / fps / LONGEST_STEP_S);
  let index = -1;
  return {
    conditions: town.conditions,
    step: () => {
      if (++index > 0) {
        for (let i = 0; i < stepsPerFrame; i++) town.advance(1 / fps / stepsPerFrame);
      }
      return town.scene(index, { width, height });
    },
  };
}

function check(name: string, value: number, isValid: boolean, allowed: string): void {
  if (!isValid) throw new UsageError(`the drive's ${name} is ${value}; it must be ${allowed}`);
}

/** The moving state behind a drive. */
class Town {
  readonly conditions: Conditions;
  readonly #seed: number;
  readonly #road: Road;
  readonly #random;
  readonly #ego: Driver;
  readonly #drivers: Driver[] = [];
  #blocks: Block[] = [];
  #walkers: Walker[] = [];
  #timeS = 0;
  #ids = 0;
  #nextLaneChangeS;
  #pitch = 0;
  #pitchSpeed = 0;

  constructor(seed: number, conditions: Conditions) {
    this.#seed = seed;
    this.conditions = conditions;
    this.#road = drawRoad(seed);
    this.#random = createRandom(hash(seed, 4));
    const { section } = this.#road;
    const lane = section.lanesPerSide;
    this.#ego = {
      ...drawDriver(this.#random, this.#nextId, { direction: 1, lane, along: 0, d: laneCentre(section, lane) }),
      length: 4.4,
      desired: this.#random.between(9, 14),
      speed: 8,
    };
    this.#drivers.push(this.#ego);
    this.#nextLaneChangeS = this.#random.between(4, 12);
    this.#extend();
    this.#fillLanes();
  }

  advance(dt: number): void {
    this.#timeS += dt;
    const crossings = this.#blocks.map(({ crossing }) => crossing);
    const { section } = this.#road;
    advance(
      this.#drivers,
      {
        timeS: this.#timeS,
        section,
        crossings,
        isWalkedOn: (crossing) => this.#walkers.some((walker) => isOnRoad(walker, crossing, section)),
      },
      dt,
    );
    walk(this.#walkers, { timeS: this.#timeS, section, crossings, isBusy: (crossing) => this.#isBusy(crossing) }, dt);
    this.#maybeChangeLanes();
    this.#bounce(dt);
    this.#extend();
    this.#renew(dt);
  }

  scene(index: number, size: Size): Scene {
    const { along: s, d, speed, laneChange } = this.#ego;
    const turn = laneChange === undefined ? 0 : (0.5 * this.#sidewaysSpeed(this.#ego)) / Math.max(4, speed);
    const camera = placeCamera(this.#road, size, { s, d }, turn, this.#pitch);
    const { figures, shadows } = castFigures({
      timeS: this.#timeS,
      conditions: this.conditions,
      road: this.#road,
      camera,
      blocks: this.#blocks,
      walkers: this.#walkers,
      drivers: this.#drivers.filter((driver) => driver !== this.#ego),
      turnOf: (driver) => this.#sidewaysSpeed(driver) / Math.max(4, driver.speed),
      view: VIEW,
    });
    return {
      index,
      timeS: this.#timeS,
      seed: this.#seed,
      conditions: this.conditions,
      road: this.#road,
      camera,
      speed,
      blocks: this.#blocks,
      figures,
      shadows,
    };
  }

  readonly #nextId = (): number => this.#ids++;

  /** Metres a second to the right of the direction of travel, while it changes lanes. */
  #sidewaysSpeed({ laneChange, direction }: Driver): number {
    if (laneChange === undefined) return 0;
    const share = Math.min(1, (this.#timeS - laneChange.sinceS) / LANE_CHANGE_S);
    const whole = lateral(this.#road.section, laneChange.toLane, direction) - laneChange.fromD;
    return (direction * whole * 30 * share * share * (1 - share) ** 2) / LANE_CHANGE_S;
  }

  #isBusy({ start, end }: Crossing): boolean {
    return this.#drivers.some(({ along, direction, speed, crossing }) => {
      if (crossing !== undefined) return false;
      const gap = direction > 0 ? start - along : -end - along;
      return gap > -12 && gap < 6 + speed * 3 && speed > 0.5;
    });
  }

  #maybeChangeLanes(): void {
    const { section } = this.#road;
    if (section.lanesPerSide === 1 || this.#timeS < this.#nextLaneChangeS) return;
    this.#nextLaneChangeS = this.#timeS + this.#random.between(1.5, 5);
    const candidates = this.#drivers.filter(
      ({ laneChange, lane, crossing, speed }) =>
        laneChange === undefined && lane !== BICYCLE_LANE && crossing === undefined && speed > 4,
    );
    if (candidates.length === 0) return;
    const driver = this.#random.chance(0.4) ? this.#ego : this.#random.pick(candidates);
    const toLane = driver.lane === 1 ? 2 : 1;
    if (driver.laneChange === undefined && driver.speed > 4 && isFree(this.#drivers, driver, toLane))
      beginLaneChange(driver, toLane, this.#timeS);
  }

  /** The car's nose dips when it brakes and vibrates on a rough road: a damped spring. */
  #bounce(dt: number): void {
    const bump = this.#random.chance(0.6 * dt * Math.min(1, this.#ego.speed / 6))
      ? this.#random.between(-0.045, 0.045)
      : 0;
    const target = 0.0028 * this.#ego.acceleration;
    this.#pitchSpeed += bump + (70 * (target - this.#pitch) - 6 * this.#pitchSpeed) * dt;
    this.#pitch += this.#pitchSpeed * dt;
  }

  #extend(): void {
    const { section } = this.#road;
    const s = this.#ego.along;
    for (;;) {
      const last = this.#blocks.at(-1);
      const start = last === undefined ? s - 60 : last.crossing.end;
      if (start > s + VIEW + 30) break;
      const index = last === undefined ? 0 : last.index + 1;
      const block = buildBlock(this.#seed, index, start, section, this.conditions, this.#nextId);
      this.#blocks.push(block);
      this.#walkers.push(
        ...populate(createRandom(hash(this.#seed, 5, index)), block, section, this.conditions.density, this.#nextId),
      );
      this.#fillCrossing(block.crossing);
    }
    this.#blocks = this.#blocks.filter(({ crossing }) => crossing.end > s - BEHIND);
    this.#walkers = this.#walkers.filter((walker) => walker.s > s - BEHIND);
  }

  #fillCrossing(crossing: Crossing): void {
    for (const direction of [-1, 1] as const) {
      let along = -this.#road.section.curb - 8 - this.#random.between(0, 4);
      for (let count = this.#random.integer(0, Math.round(2 * this.conditions.density)); count > 0; count--) {
        const driver = drawDriver(this.#random, this.#nextId, { direction, lane: 1, along: 0, d: 0, crossing });
        driver.along = along - driver.length / 2;
        driver.speed = 0;
        along -= driver.length + 2.5;
        this.#drivers.push(driver);
      }
    }
  }

  #lanes(): { readonly direction: Side; readonly lane: number }[] {
    const lanes = Array.from({ length: this.#road.section.lanesPerSide }, (_, i) => i + 1);
    return ([1, -1] as const).flatMap((direction) => [...lanes, BICYCLE_LANE].map((lane) => ({ direction, lane })));
  }

  #fillLanes(): void {
    for (const { direction, lane } of this.#lanes()) {
      const isOwn = direction === 1 && lane === this.#ego.lane;
      const spacing = (lane === BICYCLE_LANE ? 55 : 24) / this.conditions.density;
      for (let s = isOwn ? 14 : -20; s < VIEW; s += spacing * this.#random.between(0.6, 1.7))
        this.#enter(direction, lane, s);
    }
  }

  #enter(direction: Side, lane: number, s: number): void {
    const driver = drawDriver(this.#random, this.#nextId, {
      direction,
      lane,
      along: direction * s,
      d: lateral(this.#road.section, lane, direction),
    });
    const isRoom = this.#drivers.every(
      (other) =>
        other.direction !== direction ||
        other.lane !== lane ||
        other.crossing !== undefined ||
        Math.abs(other.along - driver.along) > (other.length + driver.length) / 2 + 8,
    );
    if (isRoom) this.#drivers.push(driver);
  }

  /** Adds drivers beyond the range of sight, or behind, and removes those that will not be visible again. */
  #renew(dt: number): void {
    const s = this.#ego.along;
    for (const { direction, lane } of this.#lanes()) {
      const aSecond = this.conditions.density * (lane === BICYCLE_LANE ? 0.05 : 0.22);
      if (!this.#random.chance(aSecond * dt)) continue;
      const comesFromBehind = direction === 1 && this.#random.chance(0.35) && lane !== BICYCLE_LANE;
      this.#enter(direction, lane, comesFromBehind ? s - 26 : s + VIEW + 8);
    }
    for (const { crossing } of this.#blocks) {
      const gap = crossing.start - s;
      if (
        crossing.control !== 'signals' ||
        gap < 0 ||
        gap > VIEW ||
        !this.#random.chance(0.22 * dt * this.conditions.density)
      )
        continue;
      const direction = this.#random.chance(0.5) ? 1 : -1;
      const isFull = this.#drivers.some(
        (driver) =>
          driver.crossing === crossing && driver.direction === direction && driver.along < -CROSSING_REACH + 14,
      );
      if (!isFull)
        this.#drivers.push(
          drawDriver(this.#random, this.#nextId, { direction, lane: 1, along: -CROSSING_REACH, d: 0, crossing }),
        );
    }
    for (let i = this.#drivers.length - 1; i >= 0; i--) {
      const { along, direction, crossing } = this.#drivers[i];
      const isGone =
        crossing === undefined
          ? direction * along < s - BEHIND || direction * along > s + VIEW + 40
          : along > CROSSING_REACH || crossing.end < s - BEHIND;
      if (isGone && this.#drivers[i] !== this.#ego) this.#drivers.splice(i, 1);
    }
  }
}

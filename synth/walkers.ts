import { drawPersonLook, type PersonLook } from './actors/person.js';
import { crossTimeLeft, CROSSWALK_GAP, CROSSWALK_WIDTH, type Block, type Crossing, type Side } from './blocks.js';
import type { Random } from './random.js';
import type { Section } from './road.js';

/** Someone on foot. */
export type Walker = {
  readonly trackId: number;
  readonly look: PersonLook;
  readonly pace: number;
  s: number;
  d: number;
  /** Radians right of the road's course. */
  heading: number;
  speed: number;
  stride: number;
  /** Along the pavement, or over the main road towards a side. */
  aim:
    | { readonly kind: 'along'; readonly direction: Side }
    | { readonly kind: 'across'; readonly to: Side; readonly crossing: Crossing; started: boolean }
    | { readonly kind: 'stand' };
};

const STRIDE_PER_METRE = 4.2;
const TURN_PER_S = 2.6;
const SPEED_UP = 1.8;

/** The people of a block when it becomes visible. */
export function populate(
  random: Random,
  { start, crossing }: Block,
  { curb, plotEdge }: Section,
  density: number,
  nextId: () => number,
): Walker[] {
  const walkers: Walker[] = [];
  const add = (s: number, d: number, heading: number, aim: Walker['aim']): void => {
    const pace = random.between(1.05, 1.7);
    walkers.push({
      trackId: nextId(),
      look: drawPersonLook(random),
      pace,
      s,
      d,
      heading,
      speed: aim.kind === 'along' ? pace : 0,
      stride: random.between(0, 6),
      aim,
    });
  };
  for (const side of [-1, 1] as const) {
    const groups = Math.round(random.between(1.5, 5) * density);
    for (let i = 0; i < groups; i++) {
      const s = random.between(start, crossing.start);
      const direction = random.chance(0.5) ? 1 : -1;
      const d = side * random.between(curb + 1.3, plotEdge - 0.4);
      if (random.chance(0.18)) add(s, side * (curb + 0.6), -side * random.between(0.8, 1.9), { kind: 'stand' });
      else add(s, d, direction > 0 ? 0 : Math.PI, { kind: 'along', direction });
    }
    const waiting = random.integer(0, Math.round(2.4 * density));
    for (let i = 0; i < waiting; i++) {
      const s = crossing.start - CROSSWALK_GAP - random.between(0.3, CROSSWALK_WIDTH - 0.3);
      add(s, side * (curb + random.between(0.4, 1.4)), (-side * Math.PI) / 2, {
        kind: 'across',
        to: side > 0 ? -1 : 1,
        crossing,
        started: false,
      });
    }
  }
  return walkers;
}

export type StreetView = {
  readonly timeS: number;
  readonly section: Section;
  readonly crossings: readonly Crossing[];
  /** True if a vehicle of the main road is too near or too fast for people to step out. */
  readonly isBusy: (crossing: Crossing) => boolean;
};

export function walk(walkers: readonly Walker[], view: StreetView, dt: number): void {
  for (const walker of walkers) {
    const wanted = wantedMotion(walker, view);
    walker.speed += Math.max(-3 * SPEED_UP * dt, Math.min(SPEED_UP * dt, wanted.speed - walker.speed));
    const off = ((wanted.heading - walker.heading + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
    walker.heading += Math.max(-TURN_PER_S * dt, Math.min(TURN_PER_S * dt, off));
    walker.s += walker.speed * Math.cos(walker.heading) * dt;
    walker.d += walker.speed * Math.sin(walker.heading) * dt;
    walker.stride += walker.speed * STRIDE_PER_METRE * dt;
  }
}

export function isOnRoad({ aim, d }: Walker, crossing: Crossing, { curb }: Section): boolean {
  return aim.kind === 'across' && aim.crossing === crossing && aim.started && Math.abs(d) < curb;
}

function wantedMotion(
  walker: Walker,
  { timeS, section, crossings, isBusy }: StreetView,
): { readonly speed: number; readonly heading: number } {
  const { aim, pace, s, d } = walker;
  if (aim.kind === 'stand') return { speed: 0, heading: walker.heading };
  if (aim.kind === 'along') {
    const heading = aim.direction > 0 ? 0 : Math.PI;
    // At a curb, people wait while the other street's traffic goes.
    const crossing = crossings.find(({ start, end }) => {
      const gap = aim.direction > 0 ? start - s : s - end;
      return gap > 0 && gap < 1;
    });
    const mayNot = crossing?.control === 'signals' && crossTimeLeft(crossing, timeS) > 0;
    return { speed: mayNot ? 0 : pace, heading };
  }
  const heading = (aim.to * Math.PI) / 2;
  if (!aim.started) {
    const width = 2 * section.curb + 2;
    const may =
      aim.crossing.control === 'signals'
        ? crossTimeLeft(aim.crossing, timeS) * pace * 1.15 > width * 0.75
        : !isBusy(aim.crossing);
    if (!may) return { speed: 0, heading };
    aim.started = true;
  }
  if (aim.to * d > section.curb + 1.4) {
    walker.aim = { kind: 'along', direction: walker.trackId % 2 === 0 ? 1 : -1 };
  }
  return { speed: pace * 1.15, heading };
}

import type { Box } from '../../src/core/box.js';
import type { Size } from '../../src/core/size.js';
import { randomSource } from './random.js';

/** The true state of one object in one frame: the part of its box that lies in the picture. */
export type TrueObject = { readonly id: number; readonly classId: number; readonly box: Box };

/** Synthetic motion at 30 frames per second: the objects of each frame. */
export type Scene = { readonly size: Size; readonly frames: readonly (readonly TrueObject[])[] };

/** Argoverse-HD's classes. */
export const CLASS_NAMES = [
  'person',
  'bicycle',
  'car',
  'motorcycle',
  'bus',
  'truck',
  'traffic_light',
  'stop_sign',
] as const;

const SIZE: Size = { width: 1920, height: 1200 };
const FOCAL_PX = 1400;
const CAMERA_HEIGHT_M = 1.6;
const FRAME_S = 1 / 30;

/** The change in width of a walker's box with each step, and the steps per frame. */
const GAIT = 0.15;
const GAIT_PER_FRAME = (2 * Math.PI * 1.8) / 30;

/** Width, height, length and height above the road in metres, own speed in m/s, rate of its change, and frequency. */
const KINDS = [
  { width: 0.6, height: 1.75, length: 0.6, lift: 0, speed: 1.4, agility: 1, share: 4 },
  { width: 0.7, height: 1.7, length: 1.8, lift: 0, speed: 4.5, agility: 1, share: 1.5 },
  { width: 1.8, height: 1.5, length: 4.5, lift: 0, speed: 10, agility: 1.5, share: 8 },
  { width: 0.8, height: 1.6, length: 2.1, lift: 0, speed: 10, agility: 2, share: 1 },
  { width: 2.5, height: 3.2, length: 11, lift: 0, speed: 8, agility: 0.8, share: 1 },
  { width: 2.5, height: 3, length: 8, lift: 0, speed: 9, agility: 0.8, share: 1.5 },
  { width: 0.4, height: 1.1, length: 0.3, lift: 4.8, speed: 0, agility: 0, share: 2 },
  { width: 0.75, height: 0.75, length: 0.1, lift: 2, speed: 0, agility: 0, share: 1 },
] as const;

type Body = { id: number; classId: number; x: number; z: number; vx: number; vz: number; agility: number };

/**
 * A drive seen through a pinhole camera: the car speeds up, brakes, turns and shakes; the others are parked, drive
 * along, approach or cross. Objects mostly hidden behind nearer ones are left out.
 */
export function driveScene(seed: number, frameCount: number): Scene {
  const { uniform, gaussian } = randomSource(seed);
  const between = (low: number, high: number): number => low + (high - low) * uniform();
  const crowd = Math.round(between(6, 20));
  const roughness = between(0, 1.5);
  let speed = uniform() < 0.2 ? 0 : between(3, 18);
  let thrust = 0;
  let yawRate = 0;
  let pitch = 0;
  let nextId = 0;
  const bodies: Body[] = [];

  const spawn = (near: number): Body => {
    const classId = draw(
      KINDS.map(({ share }) => share),
      uniform(),
    );
    const { speed: own, agility } = KINDS[classId];
    const z = between(near, 90);
    const heading = own === 0 || uniform() < 0.35 ? 0 : uniform();
    const pace = own * between(0.4, 1.4);
    const [vx, vz] =
      heading === 0
        ? [0, 0]
        : heading < 0.4
          ? [0, pace]
          : heading < 0.75
            ? [0, -pace]
            : [uniform() < 0.5 ? pace : -pace, 0];
    return { id: nextId++, classId, x: gaussian() * (4 + z / 5), z, vx, vz, agility };
  };

  const frames = Array.from({ length: frameCount }, (_, frame) => {
    while (bodies.length < crowd) bodies.push(spawn(nextId < crowd ? 6 : 25));
    thrust += -0.05 * thrust + 0.4 * gaussian();
    speed = Math.min(22, Math.max(0, speed + thrust * FRAME_S));
    yawRate += -0.03 * yawRate + 0.012 * gaussian();
    pitch = 0.8 * pitch + 0.001 * roughness * gaussian();
    const turn = yawRate * FRAME_S * Math.min(1, speed / 4);
    for (const body of bodies) {
      body.vx += body.agility * gaussian() * Math.sqrt(FRAME_S) * (body.vx === 0 && body.vz === 0 ? 0 : 0.5);
      body.vz += body.agility * gaussian() * Math.sqrt(FRAME_S) * (body.vx === 0 && body.vz === 0 ? 0 : 1);
      body.z -= speed * FRAME_S;
      [body.x, body.z] = rotate(body.x + body.vx * FRAME_S, body.z + body.vz * FRAME_S, turn);
      [body.vx, body.vz] = rotate(body.vx, body.vz, turn);
    }
    const gone = (body: Body): boolean => body.z < 2.5 || body.z > 120 || Math.abs(body.x) > 1.2 * body.z + 12;
    bodies.splice(0, bodies.length, ...bodies.filter((body) => !gone(body)));
    const nearFirst = [...bodies].sort((a, b) => a.z - b.z);
    return visible(
      nearFirst.map((body) => ({ id: body.id, classId: body.classId, box: project(body, pitch) })),
      frame,
    );
  });
  return { size: SIZE, frames };
}

/**
 * Objects that wander over the picture of a camera that stands still, some of them restlessly, some not at all; smaller
 * ones are farther.
 */
export function overlookScene(seed: number, frameCount: number): Scene {
  const { uniform, gaussian } = randomSource(seed);
  const between = (low: number, high: number): number => low + (high - low) * uniform();
  const crowd = Math.round(between(4, 16));
  const pace = between(0.01, 0.06);
  const restlessness = 0.0003 * 40 ** uniform();
  const turns = between(0, 0.02);
  type Walker = {
    id: number;
    classId: number;
    x: number;
    y: number;
    width: number;
    height: number;
    vx: number;
    vy: number;
    growth: number;
    still: boolean;
  };
  const walkers: Walker[] = [];
  let nextId = 0;

  const spawn = (): Walker => {
    const classId = draw(
      KINDS.map(({ share }) => share),
      uniform(),
    );
    const kind = KINDS[classId];
    const scale = 20 * Math.exp(between(0, 3));
    const aspect = (uniform() < 0.5 ? kind.width : kind.length + kind.width) / kind.height;
    const inside = nextId < crowd || uniform() < 0.5;
    const still = kind.speed === 0 || (inside && uniform() < 0.25);
    const x = inside ? between(0, SIZE.width) : uniform() < 0.5 ? -scale / 3 : SIZE.width + scale / 3;
    const [width, height] = [scale * Math.sqrt(aspect), scale / Math.sqrt(aspect)];
    return {
      id: nextId++,
      classId,
      x,
      y: between(0.1, 0.95) * SIZE.height,
      width,
      height,
      vx: still ? 0 : (inside ? gaussian() : Math.sign(SIZE.width / 2 - x) * Math.abs(gaussian())) * (pace * scale + 2),
      vy: still ? 0 : (gaussian() * (pace * scale + 2)) / 2,
      growth: still ? 0 : 0.005 * gaussian(),
      still,
    };
  };

  const frames = Array.from({ length: frameCount }, (_, frame) => {
    while (walkers.length < crowd) walkers.push(spawn());
    for (const walker of walkers) {
      const scale = Math.sqrt(walker.width * walker.height);
      if (!walker.still) {
        if (uniform() < turns)
          [walker.vx, walker.vy] = [gaussian() * (pace * scale + 2), (gaussian() * (pace * scale + 2)) / 2];
        walker.vx += restlessness * scale * gaussian();
        walker.vy += restlessness * scale * gaussian();
      }
      walker.x += walker.vx;
      walker.y += walker.vy;
      walker.width *= 1 + walker.growth;
      walker.height *= 1 + walker.growth;
    }
    const gone = ({ x, y, width, height }: Walker): boolean =>
      Math.abs(x - SIZE.width / 2) > (SIZE.width + width) / 2 ||
      Math.abs(y - SIZE.height / 2) > (SIZE.height + height) / 2 ||
      width < 10 ||
      width > SIZE.width;
    walkers.splice(0, walkers.length, ...walkers.filter((walker) => !gone(walker)));
    const largeFirst = [...walkers].sort((a, b) => b.height - a.height);
    return visible(
      largeFirst.map(({ id, classId, x, y, width, height }) => ({
        id,
        classId,
        box: { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 },
      })),
      frame,
    );
  });
  return { size: SIZE, frames };
}

/** Index drawn with the given weights. */
function draw(weights: readonly number[], at: number): number {
  let left = at * weights.reduce((sum, weight) => sum + weight, 0);
  return weights.findIndex((weight) => (left -= weight) < 0);
}

function rotate(x: number, z: number, angle: number): [number, number] {
  return [x * Math.cos(angle) - z * Math.sin(angle), z * Math.cos(angle) + x * Math.sin(angle)];
}

/** The box around a body's projected corners, seen end on where it drives along and from the side where it crosses. */
function project({ classId, x, z, vx, vz }: Body, pitch: number): Box {
  const { width, height, length, lift } = KINDS[classId];
  const sideways = Math.abs(vx) > Math.abs(vz);
  const halfX = (sideways ? length : width) / 2;
  const halfZ = (sideways ? width : length) / 2;
  const near = Math.max(1, z - halfZ);
  const far = Math.max(1, z + halfZ);
  const horizon = SIZE.height / 2 + FOCAL_PX * pitch;
  const column = (side: number, depth: number): number => SIZE.width / 2 + (FOCAL_PX * side) / depth;
  const row = (up: number, depth: number): number => horizon + (FOCAL_PX * (CAMERA_HEIGHT_M - up)) / depth;
  const top = lift + height;
  return {
    x1: Math.min(column(x - halfX, near), column(x - halfX, far)),
    x2: Math.max(column(x + halfX, near), column(x + halfX, far)),
    y1: Math.min(row(top, near), row(top, far)),
    y2: Math.max(row(lift, near), row(lift, far)),
  };
}

/**
 * Clips to the picture, with people in mid-step. Leaves out objects that are tiny, nearly outside, or mostly behind an
 * earlier one.
 */
function visible(objects: readonly TrueObject[], frame: number): TrueObject[] {
  const shown: TrueObject[] = [];
  for (const { id, classId, box } of objects) {
    const step = classId === 0 ? (GAIT / 2) * (box.x2 - box.x1) * Math.sin(frame * GAIT_PER_FRAME + id) : 0;
    const clipped = {
      x1: Math.max(0, box.x1 - step),
      y1: Math.max(0, box.y1),
      x2: Math.min(SIZE.width, box.x2 + step),
      y2: Math.min(SIZE.height, box.y2),
    };
    const [width, height] = [clipped.x2 - clipped.x1, clipped.y2 - clipped.y1];
    if (width < 6 || height < 6 || width * height < 150) continue;
    const hidden = shown.some(({ box: front }) => {
      const overlap =
        Math.max(0, Math.min(front.x2, clipped.x2) - Math.max(front.x1, clipped.x1)) *
        Math.max(0, Math.min(front.y2, clipped.y2) - Math.max(front.y1, clipped.y1));
      return overlap > 0.7 * width * height;
    });
    if (!hidden) shown.push({ id, classId, box: clipped });
  }
  return shown;
}

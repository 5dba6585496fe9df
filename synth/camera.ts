import type { Size } from '../src/core/size.js';
import type { Road } from './road.js';

/** Objects nearer than this are not drawn, metres. */
export const NEAR = 0.6;

/** Position and direction of an object in the world; metres and radians (0 = along z, positive to the right). */
export type Pose = {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly heading: number;
};

/** A pinhole camera that looks along the road. Pitch shifts the horizon, which is correct for small angles. */
export type Camera = Size &
  Pose & {
    readonly focal: number;
    /** Row of the picture at infinite distance. */
    readonly horizonY: number;
    readonly sin: number;
    readonly cos: number;
  };

/** Focal length and the horizon's row as fractions of the picture's width and height; metres above the road. */
export const LENS = { focal: 0.92, horizon: 0.46, eyeHeight: 1.42 } as const;

/**
 * @param at distance along the road and offset from its centre line, metres
 * @param turn radians to the right of the road's course
 * @param pitch radians upwards
 */
export function placeCamera(
  road: Road,
  size: Size,
  at: { readonly s: number; readonly d: number },
  turn: number,
  pitch: number,
): Camera {
  const focal = LENS.focal * size.width;
  const heading = Math.atan(road.bend.slopeAt(at.s)) + turn;
  return {
    ...size,
    x: road.bend.at(at.s) + at.d,
    y: road.rise.at(at.s) + LENS.eyeHeight,
    z: at.s,
    heading,
    sin: Math.sin(heading),
    cos: Math.cos(heading),
    focal,
    horizonY: LENS.horizon * size.height + focal * (pitch + road.rise.slopeAt(at.s)),
  };
}

/** Metres right of the camera's axis. */
export function sideways(camera: Camera, x: number, z: number): number {
  return (x - camera.x) * camera.cos - (z - camera.z) * camera.sin;
}

/** Metres in front of the camera. */
export function ahead(camera: Camera, x: number, z: number): number {
  return (x - camera.x) * camera.sin + (z - camera.z) * camera.cos;
}

/**
 * Pose of an object on or beside the road that faces along it.
 * @param turn radians to the right of its course
 */
export function poseOnRoad(road: Road, s: number, d: number, turn = 0, height = 0): Pose {
  return { x: road.bend.at(s) + d, y: road.rise.at(s) + height, z: s, heading: Math.atan(road.bend.slopeAt(s)) + turn };
}

import type { Block } from './blocks.js';
import type { Camera, Pose } from './camera.js';
import type { Conditions } from './conditions.js';
import type { Figure } from './figure.js';
import type { Road } from './road.js';

/** An object that casts a shadow on the ground: its pose and half its length and width, metres. */
export type Shadow = Pose & { readonly halfLength: number; readonly halfWidth: number };

/** The world at one moment, from the camera; plain data. */
export type Scene = {
  /** Counted from 0. */
  readonly index: number;
  readonly timeS: number;
  readonly seed: number;
  readonly conditions: Conditions;
  readonly road: Road;
  readonly camera: Camera;
  /** Metres a second. */
  readonly speed: number;
  readonly blocks: readonly Block[];
  readonly shadows: readonly Shadow[];
  /** From the farthest to the nearest. */
  readonly figures: readonly Figure[];
};

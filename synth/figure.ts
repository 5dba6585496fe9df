import type { Box } from '../src/core/box.js';

/** 0xRRGGBB, under white light. */
export type Color = number;

/** How a shape is coloured. */
export type Paint = {
  readonly color: Color;
  /** Incoming light; 1 is the light on a level surface. */
  readonly shade: number;
  /** It emits light: night does not darken it. */
  readonly glows?: boolean;
};

/** A flat piece of a picture, in pixels. `points` and `circles` are flat lists: x, y, … and x, y, radius, …. */
export type Shape = { readonly paint: Paint; readonly isDetail: boolean } &
  /** `isDetail`: it lies within the other shapes of its figure and adds nothing to the outline. */
  (
    | { readonly kind: 'polygon'; readonly points: readonly number[] }
    /** Convex quadrilaterals, eight numbers each. */
    | { readonly kind: 'quads'; readonly points: readonly number[] }
    /** A line with round ends and joints. */
    | { readonly kind: 'stroke'; readonly points: readonly number[]; readonly width: number }
    | { readonly kind: 'discs'; readonly circles: readonly number[] }
  );

/** Light around a lamp. */
export type Glow = {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly color: Color;
  /** 0 to 1. */
  readonly strength: number;
  /** Row of its mirror axis on a wet road. */
  readonly mirrorY: number;
};

/** The object of the world that a figure shows. */
export type Identity = { readonly trackId: number; readonly classId: number };

/** One piece of the drawing: the nearer figure covers the farther. */
export type Figure = {
  /** Metres in front of the camera: determines the order of drawing and the amount of haze. */
  readonly depth: number;
  readonly shapes: readonly Shape[];
  readonly glows: readonly Glow[];
  /** Absent for scenery, which hides objects but is not an object. */
  readonly identity?: Identity;
};

/** Bounds of all shapes, whether inside the picture or not; undefined for a figure without shapes. */
export function boundsOf(shapes: readonly Shape[]): Box | undefined {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  const include = (x: number, y: number, margin: number): void => {
    if (x - margin < x1) x1 = x - margin;
    if (x + margin > x2) x2 = x + margin;
    if (y - margin < y1) y1 = y - margin;
    if (y + margin > y2) y2 = y + margin;
  };
  for (const shape of shapes) {
    if (shape.kind === 'discs') {
      const { circles } = shape;
      for (let i = 0; i < circles.length; i += 3) include(circles[i], circles[i + 1], circles[i + 2]);
    } else {
      const margin = shape.kind === 'stroke' ? shape.width / 2 : 0;
      for (let i = 0; i < shape.points.length; i += 2) include(shape.points[i], shape.points[i + 1], margin);
    }
  }
  return x1 > x2 ? undefined : { x1, y1, x2, y2 };
}

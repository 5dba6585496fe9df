import type { Box } from '../src/core/box.js';
import type { Size } from '../src/core/size.js';
import { atmosphereOf } from './atmosphere.js';
import { Coverage, type Seen } from './coverage.js';
import { boundsOf, type Figure } from './figure.js';
import type { Scene } from './scene.js';

/** The visible part of an object in one picture. */
export type Annotation = {
  readonly trackId: number;
  /** Index into the classes of a drive. */
  readonly classId: number;
  /** Bounds of the visible part, in pixels. */
  readonly box: Box;
  /** Visible share of the object, 0 to 1: the rest is hidden by others or lies outside the picture. */
  readonly visibleShare: number;
};

/** Objects with a smaller visible share get no box: a detector could not recognise them. */
export const MIN_VISIBLE_SHARE = 0.25;
/**
 * The longer side of the smallest box, as a fraction of the picture's width: 19 pixels of 960 (KITTI's least height is
 * 25 of 1242). At an input of 416 that is one stride of the network's finest level.
 */
export const MIN_SIDE = 1 / 50;
/** Objects with less of their own colour left by the air get no box either. */
const MIN_CLEARNESS = 0.12;
const CELLS_ACROSS = 480;

/**
 * Finds the visible parts of a scene's objects by filling every figure on a grid of 480 cells across. An unhidden edge
 * of the box is the object's own to a fraction of a pixel; a hidden one is that of the visible cells.
 */
export function annotate({ camera, figures, conditions }: Scene): Annotation[] {
  const cell = Math.max(1, camera.width / CELLS_ACROSS);
  const coverage = new Coverage(camera, cell);
  for (const { shapes } of figures) coverage.add(shapes);
  const seen = coverage.seen();
  const farthest = -Math.log(MIN_CLEARNESS) * atmosphereOf(conditions).hazeMetres;
  return figures.flatMap((figure, i) =>
    figure.depth > farthest ? [] : (annotationOf(figure, seen[i], camera, cell) ?? []),
  );
}

function annotationOf({ identity, shapes }: Figure, seen: Seen, size: Size, cell: number): Annotation | undefined {
  if (identity === undefined || seen.visible === 0) return undefined;
  const visibleShare = seen.visible / seen.all;
  if (visibleShare < MIN_VISIBLE_SHARE) return undefined;
  const whole = boundsOf(shapes)!;
  // A cell is filled if its middle is covered, so an unhidden edge lies within a cell of the last filled one.
  const edge = (own: number, shown: number): number => (Math.abs(own - shown) <= 1.5 * cell ? own : shown);
  const box = {
    x1: edge(Math.max(0, whole.x1), seen.x1),
    y1: edge(Math.max(0, whole.y1), seen.y1),
    x2: edge(Math.min(size.width, whole.x2), Math.min(size.width, seen.x2)),
    y2: edge(Math.min(size.height, whole.y2), Math.min(size.height, seen.y2)),
  };
  if (Math.max(box.x2 - box.x1, box.y2 - box.y1) < MIN_SIDE * size.width) return undefined;
  return { ...identity, box, visibleShare };
}

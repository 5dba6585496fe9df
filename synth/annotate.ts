import type { Box } from '../src/core/box.js';
import type { Size } from '../src/core/letterbox.js';
import { atmosphereOf } from './atmosphere.js';
import { Coverage, type Seen } from './coverage.js';
import { boundsOf, type Figure } from './figure.js';
import type { Scene } from './scene.js';

/** An object in one picture: what is seen of it. */
export type Annotation = {
  readonly trackId: number;
  /** Index into the classes of a drive. */
  readonly classId: number;
  /** Bounds of what is seen, in pixels. */
  readonly box: Box;
  /** How much of the object is seen: the rest is hidden by others or lies outside the picture. 0 to 1. */
  readonly visibleShare: number;
};

/** Objects of which less than this is seen get no box: a detector could not know what they are. */
export const MIN_VISIBLE_SHARE = 0.25;
/**
 * The longer side of the smallest box, as a fraction of the picture's width: 19 pixels of 960 (KITTI's least height is
 * 25 of 1242). At an input of 416 that is one stride of the network's finest level.
 */
export const MIN_SIDE = 1 / 50;
/** Objects of whose own colour the air leaves less than this get none either. */
const MIN_CLEARNESS = 0.12;
const CELLS_ACROSS = 480;

/**
 * Says what is to be seen in a scene, measured by filling in every figure on a grid of 480 cells across. An edge of the
 * box is the object's own to a fraction of a pixel where nothing hides it, else that of the cells which show it.
 */
export function annotate({ camera, figures, conditions }: Scene): Annotation[] {
  const cell = Math.max(1, camera.width / CELLS_ACROSS);
  const coverage = new Coverage(camera, cell);
  for (const { shapes } of figures) coverage.add(shapes);
  const seen = coverage.seen();
  const farthest = -Math.log(MIN_CLEARNESS) * atmosphereOf(conditions).hazeMetres;
  return figures.flatMap((figure, i) => figure.depth > farthest ? [] : annotationOf(figure, seen[i], camera, cell) ?? []);
}

function annotationOf({ identity, shapes }: Figure, seen: Seen, size: Size, cell: number): Annotation | undefined {
  if (identity === undefined || seen.visible === 0) return undefined;
  const visibleShare = seen.visible / seen.all;
  if (visibleShare < MIN_VISIBLE_SHARE) return undefined;
  const whole = boundsOf(shapes)!;
  // A cell is filled when its middle is covered, so an edge in plain sight lies within a cell of the last one filled.
  const edge = (own: number, shown: number): number => Math.abs(own - shown) <= 1.5 * cell ? own : shown;
  const box = {
    x1: edge(Math.max(0, whole.x1), seen.x1), y1: edge(Math.max(0, whole.y1), seen.y1),
    x2: edge(Math.min(size.width, whole.x2), Math.min(size.width, seen.x2)), y2: edge(Math.min(size.height, whole.y2), Math.min(size.height, seen.y2)),
  };
  if (Math.max(box.x2 - box.x1, box.y2 - box.y1) < MIN_SIDE * size.width) return undefined;
  return { ...identity, box, visibleShare };
}

import type { Box } from '../core/box.js';
import { edgesOf, isBetween, turn, type Point } from '../core/polygon.js';
import type { Size } from '../core/size.js';

/**
 * Where an object stands: the middle of its box's lower edge, as fractions of the picture. The box is not clipped,
 * because that would move the place; beyond the picture, fractions are below 0 or above 1.
 */
export function footOf({ x1, x2, y2 }: Box, { width, height }: Size): Point {
  return [(x1 + x2) / 2 / width, y2 / height];
}

/** True if the point is in the polygon or on its edge. */
export function isInside(point: Point, polygon: readonly Point[]): boolean {
  const [x, y] = point;
  let inside = false;
  for (const [one, other] of edgesOf(polygon, true)) {
    // In one order, so that rounding has the same result from whichever end the polygon is drawn.
    const [a, b] = one[1] < other[1] || (one[1] === other[1] && one[0] < other[0]) ? [one, other] : [other, one];
    if (turn(a, b, point) === 0 && isBetween(point, a, b)) return true;
    if (a[1] > y !== b[1] > y && x < a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) inside = !inside;
  }
  return inside;
}

/** In pixels, where distances and right angles are those that a person sees. */
export function toPixels([x, y]: Point, { width, height }: Size): Point {
  return [x * width, y * height];
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(bx - ax, by - ay);
}

export function diagonal({ width, height }: Size): number {
  return Math.hypot(width, height);
}

/**
 * Distance of a point from the line through the nearest segment; above 0 on the left as one looks along the line. In
 * the units of the points.
 */
export function signedDistance(point: Point, line: readonly Point[]): number {
  let nearest = Infinity;
  let signed = 0;
  for (const [a, b] of edgesOf(line, false)) {
    const away = distanceToSegment(point, a, b);
    const perpendicular = -turn(a, b, point) / distance(a, b);
    // At a common corner, the segment that sees the point from further aside knows its side.
    if (away < nearest || (away === nearest && Math.abs(perpendicular) > Math.abs(signed)))
      [nearest, signed] = [away, perpendicular];
  }
  return signed;
}

function distanceToSegment(point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy);
  if (along <= 0) return distance(point, a);
  return distance(point, along >= 1 ? b : [a[0] + along * dx, a[1] + along * dy]);
}

/**
 * How often a straight path crosses a line, between the line's ends: +1 for each crossing to the left, -1 to the right.
 * A path that ends on the line and goes on from there crosses it once.
 */
export function netCrossings(from: Point, to: Point, line: readonly Point[]): number {
  let net = 0;
  for (const [a, b] of edgesOf(line, false)) {
    const wasLeft = turn(a, b, from) < 0;
    const isLeft = turn(a, b, to) < 0;
    if (wasLeft !== isLeft && turn(from, to, a) < 0 !== turn(from, to, b) < 0) net += isLeft ? 1 : -1;
  }
  return net;
}

/** A place in a picture, as fractions of its width and height. 0,0 is the upper left corner. */
export type Point = readonly [x: number, y: number];

/** Twice the signed area of the triangle a, b, c: below 0 if c is on the left when one looks from a to b. */
export function turn([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/** The sides of a line of points, and of a closed figure the last one back to its first point. */
export function edgesOf(points: readonly Point[], isClosed: boolean): (readonly [Point, Point])[] {
  const edges = points.slice(1).map((point, i) => [points[i], point] as const);
  return isClosed ? [...edges, [points[points.length - 1], points[0]] as const] : edges;
}

/** The reason for which points are no polygon or line: completes "it …". Undefined if they are one. */
export function problemOfPoints(points: readonly Point[], isClosed: boolean): string | undefined {
  const least = isClosed ? 3 : 2;
  if (points.length < least) return `has ${points.length} points and needs ${least} or more`;
  const outside = points.findIndex((point) => !point.every((value) => value >= 0 && value <= 1));
  if (outside >= 0)
    return `has the point ${shownPoint(points[outside])}, outside the picture; points are fractions of its width and height, from 0 to 1`;
  const edges = edgesOf(points, isClosed);
  const empty = edges.findIndex(([a, b]) => a[0] === b[0] && a[1] === b[1]);
  if (empty >= 0) return `has the point ${shownPoint(points[empty])} twice in a row; remove one`;
  for (let i = 0; i < edges.length; i++) {
    for (let j = i + 1; j < edges.length; j++) {
      if (touch(edges[i], edges[j], j - i === 1 || (isClosed && i === 0 && j === edges.length - 1)))
        return `crosses itself: the side ${shownEdge(edges[i])} meets the side ${shownEdge(edges[j])}; put the points in their order ${isClosed ? 'around the area' : 'along the line'}`;
    }
  }
  return undefined;
}

/** True if two sides meet, other than neighbours at their common point. */
function touch([a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point], areNeighbours: boolean): boolean {
  if (!areNeighbours) {
    const [ta, tb, tc, td] = [turn(c, d, a), turn(c, d, b), turn(a, b, c), turn(a, b, d)].map(Math.sign);
    return (
      (ta !== tb && tc !== td) ||
      (ta === 0 && isBetween(a, c, d)) ||
      (tb === 0 && isBetween(b, c, d)) ||
      (tc === 0 && isBetween(c, a, b)) ||
      (td === 0 && isBetween(d, a, b))
    );
  }
  // Neighbours may only fold back onto each other.
  const common = b === c ? b : a;
  const [one, other] = common === b ? [a, d] : [b, c];
  return turn(one, common, other) === 0 && (isBetween(one, common, other) || isBetween(other, common, one));
}

/** True if a point on the line through two others is between them, or one of them. */
export function isBetween([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): boolean {
  return x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);
}

function shownPoint([x, y]: Point): string {
  return `[${x}, ${y}]`;
}

function shownEdge([a, b]: readonly [Point, Point]): string {
  return `${shownPoint(a)} to ${shownPoint(b)}`;
}

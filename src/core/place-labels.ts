import type { Box } from './box.js';
import type { Size } from './size.js';

/** A label's size, and the box that it names. */
export type LabelRequest = Size & { readonly box: Box };

export type LabelPlace = { readonly x: number; readonly y: number };

/** The picture's size; labels do not leave it, unless they are larger. */
export type LabelRoom = Size & {
  /** Boxes that labels leave free, such as a status line. */
  readonly taken?: readonly Box[];
};

/** A label is at most so many of its heights away from its box; farther away, nobody relates the two. */
const REACH = 2;

/**
 * Places labels beside or in their boxes, so that none covers another. The usual place is above the box, at its left
 * edge.
 * @param requests the most important first: it chooses first
 * @returns the upper left corner of each label; undefined if there is no free place near its box. All are multiples of
 * two where the boxes, sizes and areas are.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  { width, height, taken = [] }: LabelRoom,
): readonly (LabelPlace | undefined)[] {
  const occupied = [...taken];
  return requests.map((request) => {
    const limits = limitsOf(request, width, height);
    const near = occupied.filter((area) => overlaps(area, { ...limits, ...farEdges(request, limits) }));
    const isFree = (place: LabelPlace): boolean => !near.some((area) => overlaps(area, areaOf(request, place)));
    const place = usualPlaces(request, limits).find(isFree) ?? nearestFree(request, limits, near, isFree);
    if (place !== undefined) occupied.push(areaOf(request, place));
    return place;
  });
}

/** Where the upper left corner may be. */
function limitsOf({ box, width, height }: LabelRequest, pictureWidth: number, pictureHeight: number): Box {
  const within = (value: number, most: number): number => Math.max(0, Math.min(value, most));
  const [rightmost, lowest] = [Math.max(0, pictureWidth - width), Math.max(0, pictureHeight - height)];
  const reach = REACH * height;
  return {
    x1: within(box.x1 - width - reach, rightmost),
    y1: within(box.y1 - height - reach, lowest),
    x2: within(box.x2 + reach, rightmost),
    y2: within(box.y2 + reach, lowest),
  };
}

function farEdges({ width, height }: LabelRequest, limits: Box): Pick<Box, 'x2' | 'y2'> {
  return { x2: limits.x2 + width, y2: limits.y2 + height };
}

/** Above the box, below it, inside it, and beside it. */
function usualPlaces({ box, width, height }: LabelRequest, limits: Box): LabelPlace[] {
  const places: readonly (readonly [x: number, y: number])[] = [
    [box.x1, box.y1 - height],
    [box.x1, box.y1],
    [box.x2 - width, box.y1 - height],
    [box.x1, box.y2],
    [box.x2 - width, box.y2],
    [box.x1, box.y2 - height],
    [box.x2, box.y1],
    [box.x1 - width, box.y1],
  ];
  // A label at the picture's border is shifted along it, but only the first two may be shifted onto the box.
  return places.flatMap(([x, y], i) => {
    const place = { x: clamped(x, limits.x1, limits.x2), y: clamped(y, limits.y1, limits.y2) };
    return place.y === y && (i < 6 || place.x === x) ? [place] : [];
  });
}

/**
 * The free place that is nearest to the usual one. If there is any, there is one that touches an edge on its left and
 * one above it: every other can be shifted there.
 */
function nearestFree(
  { box, width, height }: LabelRequest,
  limits: Box,
  near: readonly Box[],
  isFree: (place: LabelPlace) => boolean,
): LabelPlace | undefined {
  const wanted = { x: box.x1, y: box.y1 - height };
  const candidates = (start: number, end: number, own: number, edges: readonly number[]): number[] =>
    [...new Set([start, end, clamped(own, start, end), ...edges])].filter((value) => value >= start && value <= end);
  const xs = candidates(
    limits.x1,
    limits.x2,
    wanted.x,
    near.flatMap(({ x1, x2 }) => [x2, x1 - width]),
  );
  const ys = candidates(
    limits.y1,
    limits.y2,
    wanted.y,
    near.flatMap(({ y1, y2 }) => [y2, y1 - height]),
  );
  const distance = ({ x, y }: LabelPlace): number => Math.abs(x - wanted.x) + Math.abs(y - wanted.y);
  return xs
    .flatMap((x) => ys.map((y) => ({ x, y })))
    .sort((a, b) => distance(a) - distance(b))
    .find(isFree);
}

function areaOf({ width, height }: LabelRequest, { x, y }: LabelPlace): Box {
  return { x1: x, y1: y, x2: x + width, y2: y + height };
}

function overlaps(a: Box, b: Box): boolean {
  return a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
}

function clamped(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

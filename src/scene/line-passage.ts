import type { Point } from '../core/polygon.js';
import type { LineRule } from '../core/scene-rules.js';
import type { Size } from '../core/size.js';
import { diagonal, netCrossings, signedDistance, toPixels } from './place.js';

export const LEFT = 1;
export const RIGHT = -1;
type Side = typeof LEFT | typeof RIGHT;

/**
 * An object's place relative to a line. The object is on a side once it was far enough from the line there, or for long
 * enough. It has passed if its path crossed the line itself since then, and it is so on the other side: a detour around
 * an end of the line changes sides too, without a passage.
 */
export type LinePassage = {
  /** The side on which it surely was last. */
  readonly side?: Side;
  /** The side of the latest sightings, if that is not sure yet. */
  readonly candidate?: { readonly side: Side; readonly sinceMs: number };
  /** Crossings of its path since it was surely on `side`: to the left minus to the right. */
  readonly net: number;
  /** Capture time of the first frame beyond the line. */
  readonly crossedAtMs?: number;
};

export const NOWHERE: LinePassage = { net: 0 };

/** A passage to a side. */
export type Passed = { readonly to: Side; readonly crossedAtMs: number };

/** A sighting of an object, and the one before. */
export type Step = {
  readonly from: Point | undefined;
  readonly to: Point;
  readonly size: Size;
  /** Stream time, in milliseconds. */
  readonly nowMs: number;
  /** Capture time of the frame. */
  readonly capturedAtMs: number;
};

export function nextPassage(
  { points, minDistance, minMs }: Pick<LineRule, 'points' | 'minDistance' | 'minMs'>,
  before: LinePassage,
  { from, to, size, nowMs, capturedAtMs }: Step,
): { readonly passage: LinePassage; readonly passed?: Passed } {
  const line = points.map((point) => toPixels(point, size));
  const place = toPixels(to, size);
  const crossed = from === undefined ? 0 : netCrossings(toPixels(from, size), place, line);
  const net = before.net + crossed;
  const crossedAtMs = crossed === 0 ? before.crossedAtMs : capturedAtMs;
  const away = signedDistance(place, line);
  if (away === 0) return { passage: { ...before, ...withTime(crossedAtMs), net } };

  const side = away > 0 ? LEFT : RIGHT;
  if (side === before.side) return { passage: { side, net: 0 } };
  const sinceMs = before.candidate?.side === side ? before.candidate.sinceMs : nowMs;
  const isSure = Math.abs(away) >= minDistance * diagonal(size) || nowMs - sinceMs >= minMs;
  const passage: LinePassage = { ...before, ...withTime(crossedAtMs), candidate: { side, sinceMs }, net };
  if (!isSure) return { passage };
  const passed = passedTo(passage);
  return { passage: { side, net: 0 }, ...(passed === undefined ? {} : { passed }) };
}

/** The passage of an object that is not seen any more: it was seen beyond the line last, and never came back. */
export function passedTo({ side, candidate, net, crossedAtMs }: LinePassage): Passed | undefined {
  if (side === undefined || candidate === undefined || crossedAtMs === undefined) return undefined;
  return candidate.side !== side && net * candidate.side > 0 ? { to: candidate.side, crossedAtMs } : undefined;
}

function withTime(crossedAtMs: number | undefined): Pick<LinePassage, 'crossedAtMs'> {
  return crossedAtMs === undefined ? {} : { crossedAtMs };
}

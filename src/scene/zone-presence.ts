import type { ZoneRule } from '../core/scene-rules.js';

/** Whether an object is in a zone, with hysteresis. Times are milliseconds of stream time. */
export type ZonePresence = {
  readonly isIn: boolean;
  /** First sighting inside; of an object that is in. */
  readonly inSinceMs?: number;
  /** First sighting that says otherwise than `isIn`, if all since have. */
  readonly otherSinceMs?: number;
};

export const NOT_IN: ZonePresence = { isIn: false };

/** The presence after a sighting inside or outside of the zone. */
export function nextPresence(
  { enterMs, leaveMs }: Pick<ZoneRule, 'enterMs' | 'leaveMs'>,
  before: ZonePresence,
  isInside: boolean,
  nowMs: number,
): ZonePresence {
  const { otherSinceMs: since = nowMs, ...settled } = before;
  if (isInside === before.isIn) return settled;
  if (nowMs - since < (isInside ? enterMs : leaveMs)) return { ...settled, otherSinceMs: since };
  return isInside ? { isIn: true, inSinceMs: since } : NOT_IN;
}

/** True if the object counts in the zone: it is in, and has been for the zone's `dwellMs`. */
export function isCounted(
  { dwellMs }: Pick<ZoneRule, 'dwellMs'>,
  { isIn, inSinceMs }: ZonePresence,
  nowMs: number,
): boolean {
  return isIn && nowMs - (inSinceMs ?? nowMs) >= dwellMs;
}

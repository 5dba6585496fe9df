import { boxIou, type Box } from '../core/box.js';

/** Least overlap of a box with that of a standing object. Noise of detections leaves 0.8, a step to the side 0.6. */
const LEAST_IOU = 0.6;
/** An object that stood moves once its box was elsewhere for this long: someone who passes hides a part of it. */
const MOVES_AFTER_MS = 1000;

/** For how long a box has stayed. Times are milliseconds of stream time. */
export type Stillness = {
  readonly box: Box;
  readonly sinceMs: number;
  /** First sighting elsewhere, if all since have been. */
  readonly awaySinceMs?: number;
};

export function nextStillness(before: Stillness | undefined, box: Box, nowMs: number): Stillness {
  if (before === undefined) return { box, sinceMs: nowMs };
  const { awaySinceMs: since = nowMs, ...stays } = before;
  if (boxIou(before.box, box) >= LEAST_IOU) return stays;
  return nowMs - since >= MOVES_AFTER_MS ? { box, sinceMs: nowMs } : { ...stays, awaySinceMs: since };
}

export function isStationary({ sinceMs, awaySinceMs }: Stillness, stationaryMs: number, nowMs: number): boolean {
  return (awaySinceMs ?? nowMs) - sinceMs >= stationaryMs;
}

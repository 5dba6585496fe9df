import type { GapEvent } from '../../src/core/events.js';
import type { Frame } from '../../src/core/frame.js';
import type { Drawing } from './paced-camera/index.js';

/** A frame, and the number burnt into it. */
export type NumberedFrame = Pick<Frame, 'seq' | 'capturedAtMs' | 'uncertaintyMs' | 'readyAtMs' | 'corrupt'> & {
  readonly index: number | undefined;
};

/** Two successive frames between whose captures more time passed than their source reported. */
export type UntoldHole = {
  readonly seq: number;
  readonly trueMs: number;
  readonly claimedMs: number;
  readonly toldMs: number;
};

/** Frames of damaged pictures, and drops, stand for their interval each. */
export type HoleOptions = { readonly minMs: number; readonly toleranceMs: number; readonly intervalMs: number };

/**
 * Holes of at least `minMs` between the true captures of successive frames that no gap reports, or that gaps report too
 * short by more than the frames' own uncertainties and `toleranceMs`.
 */
export function untoldHoles(
  frames: readonly NumberedFrame[],
  gaps: readonly GapEvent[],
  drawing: (index: number, beforeMs: number) => Drawing | undefined,
  { minMs, toleranceMs, intervalMs }: HoleOptions,
): UntoldHole[] {
  const known = frames.flatMap((frame) => {
    const drawnAtMs =
      frame.corrupt || frame.index === undefined ? undefined : drawing(frame.index, frame.readyAtMs)?.drawnAtMs;
    return drawnAtMs === undefined ? [] : { ...frame, drawnAtMs };
  });
  return known.slice(1).flatMap((after, i) => {
    const before = known[i];
    const trueMs = after.drawnAtMs - before.drawnAtMs - (after.seq - before.seq - 1) * intervalMs;
    // A gap with an unclear cause lies between the arrivals: the capture of the second frame is then uncertain up to
    // its arrival.
    const latestMs = Math.min(after.capturedAtMs + after.uncertaintyMs, after.readyAtMs);
    const toldMs = gaps.reduce(
      (sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, latestMs) - Math.max(fromMs, before.capturedAtMs)),
      0,
    );
    const allowedMs = toleranceMs + before.uncertaintyMs + after.uncertaintyMs;
    const isTold = toldMs > 0 && toldMs >= trueMs - allowedMs;
    return trueMs < minMs || isTold
      ? []
      : { seq: after.seq, trueMs, claimedMs: after.capturedAtMs - before.capturedAtMs, toldMs };
  });
}

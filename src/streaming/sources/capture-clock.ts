import type { CaptureTrust } from '../../core/frame.js';

/** Tells when the world looked as a frame shows it. One for each camera. */
export type CaptureClock = {
  /**
   * @param ptsMs presentation time of the frame that arrives now, stitched
   * @param arrivedAtMs when its last byte arrived, on the monotonic clock
   * @returns on the monotonic clock; never after `arrivedAtMs`, never before that of the frame before
   */
  capturedAtMs(ptsMs: number, arrivedAtMs: number): number;
  /**
   * Forgets what was measured on the connection before.
   * @param holdsFrame the demuxer lets a frame go only when the next one begins to arrive
   */
  newEpoch(holdsFrame: boolean): void;
};

/**
 * How fast the offset between a camera's clock and ours may grow: 2 ms in a second. Quartz needs a tenth of it; a
 * decoder that cannot keep up loses far more, and its frames must look as old as they are.
 */
const DRIFT = 0.002;
/** An estimate further back than this comes from an error of the camera's clock, not from a delay. */
const FARTHEST_BACK_MS = 5_000;

/**
 * How well this clock knows. It sees arrivals alone, and a hole or a backlog in the stream misleads it by as much as it
 * lets an estimate differ from an arrival.
 */
export const CAPTURE_TRUST: CaptureTrust = { captureClock: 'arrival', uncertaintyMs: FARTHEST_BACK_MS };

/**
 * Maps presentation times to the monotonic clock by the least delay seen: the frame that came through quickest shows
 * the offset between both clocks, and every other frame was held up on its way. What holds up all frames alike (the
 * camera's encoder, the network at rest, decoding) cannot be seen from here and is not in the estimate.
 *
 * As mediamtx's NTP estimator it starts anew where an estimate is implausible; unlike it, it follows the minimum.
 */
export function captureClock(): CaptureClock {
  let holdsFrame = false;
  let offsetMs: number | undefined;
  let lastArrivedAtMs = 0;
  let lastCapturedAtMs = -Infinity;
  return {
    capturedAtMs: (ptsMs, arrivedAtMs) => {
      if (offsetMs === undefined) {
        offsetMs = arrivedAtMs - ptsMs;
      } else {
        // A held frame came out when this one began to arrive: its arrival tells how long this one took.
        const seenMs = (holdsFrame ? lastArrivedAtMs : arrivedAtMs) - ptsMs;
        offsetMs = Math.min(seenMs, offsetMs + DRIFT * (arrivedAtMs - lastArrivedAtMs));
        if (arrivedAtMs - (ptsMs + offsetMs) > FARTHEST_BACK_MS) offsetMs = arrivedAtMs - ptsMs;
      }
      lastArrivedAtMs = arrivedAtMs;
      lastCapturedAtMs = Math.min(arrivedAtMs, Math.max(ptsMs + offsetMs, lastCapturedAtMs));
      return lastCapturedAtMs;
    },
    newEpoch: (holds) => {
      holdsFrame = holds;
      offsetMs = undefined;
    },
  };
}

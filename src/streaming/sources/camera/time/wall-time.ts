import type { WallClock } from '../../../../core/clock.js';
import type { CaptureEstimate } from './capture-clock.js';

/** Converts a sender's time of day to our clock. One for each connection. */
export type WallTime = {
  /**
   * @param unixMs when the picture was taken, by the sender's wall clock, to `looseMs`
   * @returns undefined if that is impossible, and from then on
   */
  estimate(unixMs: number, looseMs: number, arrivedAtMs: number): CaptureEstimate | undefined;
};

/**
 * No stream shows the difference between two machines' wall clocks. A time server holds each within some tens of
 * milliseconds, over a bad line within some hundreds; and a date is often only roughly the moment at which the encoder
 * was started. One second covers all that, but not a clock that was never set.
 */
const CLOCKS_APART_MS = 1_000;
/** A live stream is never delayed by more: the stream is a recording, or one of the clocks is wrong. */
const OLDEST_MS = 5 * 60_000;

export function wallTime(wallClock: WallClock, onNotice: (text: string) => void): WallTime {
  let isRefuted = false;
  let ourUnixMinusMonotonicMs: number | undefined;
  return {
    estimate: (unixMs, looseMs, arrivedAtMs) => {
      // Once for each connection: setting our own clock meanwhile says nothing about the pictures.
      ourUnixMinusMonotonicMs ??= wallClock.toUnixMs(arrivedAtMs) - arrivedAtMs;
      const capturedAtMs = unixMs - ourUnixMinusMonotonicMs;
      const ageMs = arrivedAtMs - capturedAtMs;
      const uncertaintyMs = CLOCKS_APART_MS + looseMs;
      if (!isRefuted && !(ageMs >= -uncertaintyMs && ageMs <= OLDEST_MS)) {
        isRefuted = true;
        const amount = `${(Math.abs(ageMs) / 1_000).toFixed(0)} s ${ageMs < 0 ? 'ahead of' : 'behind'}`;
        onNotice(
          `the stream's dates are ${amount} this machine's clock: one of the two is wrong, so Nowcast ignores the dates`,
        );
      }
      if (isRefuted) return undefined;
      return {
        capturedAtMs: Math.min(arrivedAtMs, capturedAtMs),
        captureClock: 'wall',
        uncertaintyMs,
        leastAgeMs: Math.max(0, ageMs - uncertaintyMs),
      };
    },
  };
}

import type { WallClock } from '../../../core/clock.js';
import type { CaptureEstimate } from './capture-clock.js';

/** Carries a sender's time of day over to our clock. One for each connection. */
export type WallTime = {
  /**
   * @param unixMs when the picture was taken, by the sender's wall clock, to `looseMs`
   * @returns undefined where that cannot be, from then on
   */
  estimate(unixMs: number, looseMs: number, arrivedAtMs: number): CaptureEstimate | undefined;
};

/**
 * No stream shows by how much two machines' wall clocks differ. A time server holds each within some tens of milliseconds,
 * over a bad line within some hundreds; a date is often of the moment at which the encoder was started, give or take. A
 * second covers that, but no clock that was never set.
 */
const CLOCKS_APART_MS = 1_000;
/** More is no delay of a live stream: the stream is a recording, or one of the clocks is wrong. */
const OLDEST_MS = 5 * 60_000;

export function wallTime(wallClock: WallClock, onNotice: (text: string) => void): WallTime {
  let isRefuted = false;
  let ourUnixMinusMonotonicMs: number | undefined;
  return {
    estimate: (unixMs, looseMs, arrivedAtMs) => {
      // Once for each connection: that our own clock is set while it lasts is no news about the pictures.
      ourUnixMinusMonotonicMs ??= wallClock.toUnixMs(arrivedAtMs) - arrivedAtMs;
      const capturedAtMs = unixMs - ourUnixMinusMonotonicMs;
      const ageMs = arrivedAtMs - capturedAtMs;
      const uncertaintyMs = CLOCKS_APART_MS + looseMs;
      if (!isRefuted && !(ageMs >= -uncertaintyMs && ageMs <= OLDEST_MS)) {
        isRefuted = true;
        const amount = `${(Math.abs(ageMs) / 1_000).toFixed(0)} s ${ageMs < 0 ? 'ahead of' : 'behind'}`;
        onNotice(`the stream's dates are ${amount} this machine's clock: one of the two is wrong, and the dates are not believed`);
      }
      if (isRefuted) return undefined;
      return { capturedAtMs: Math.min(arrivedAtMs, capturedAtMs), captureClock: 'wall', uncertaintyMs, leastAgeMs: Math.max(0, ageMs - uncertaintyMs) };
    },
  };
}

import type { CaptureEstimate } from './capture-clock.js';

/** Reads the stamps that a device's driver gives its pictures. One for each connection. */
export type KernelStamps = {
  /**
   * @param stampMs as the driver gave it
   * @returns undefined where the stamps are no times of our clock, from the first that cannot be on
   */
  estimate(stampMs: number, arrivedAtMs: number): CaptureEstimate | undefined;
};

/** No device and no decoder holds a picture for longer. */
const OLDEST_MS = 10_000;
/** The interrupt that takes the stamp may itself be held up. */
const UNCERTAINTY_MS = 1;

/**
 * Drivers of Video4Linux stamp pictures with the monotonic clock (`V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC`), the one that our own
 * times are of. Some stamp with the time of day, or with none at all; those are placed as a camera's media times are.
 */
export function kernelStamps(onNotice: (text: string) => void): KernelStamps {
  let isRefuted = false;
  return {
    estimate: (stampMs, arrivedAtMs) => {
      const ageMs = arrivedAtMs - stampMs;
      if (!isRefuted && !(ageMs >= 0 && ageMs <= OLDEST_MS)) {
        isRefuted = true;
        onNotice("the device's times are not of this machine's monotonic clock: they are compared with the pictures' arrival instead");
      }
      return isRefuted ? undefined : { capturedAtMs: stampMs, captureClock: 'sender', uncertaintyMs: UNCERTAINTY_MS, leastAgeMs: Math.max(0, ageMs - UNCERTAINTY_MS) };
    },
  };
}

import type { CaptureEstimate } from './capture-clock.js';

/** Reads the stamps that a device's driver puts on its pictures. One for each connection. */
export type KernelStamps = {
  /**
   * @param stampMs from the driver
   * @returns undefined if the stamps are not times of our clock, from the first impossible one on
   */
  estimate(stampMs: number, arrivedAtMs: number): CaptureEstimate | undefined;
};

/** No device and no decoder holds a picture for longer. */
const OLDEST_MS = 10_000;
/** The interrupt that takes the stamp may itself be late. */
const UNCERTAINTY_MS = 1;

/**
 * Video4Linux drivers stamp pictures with the monotonic clock (`V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC`), which is also
 * ours. Some use the time of day, or no stamps; their pictures are timed like those of a camera.
 */
export function kernelStamps(onNotice: (text: string) => void): KernelStamps {
  let isRefuted = false;
  return {
    estimate: (stampMs, arrivedAtMs) => {
      const ageMs = arrivedAtMs - stampMs;
      if (!isRefuted && !(ageMs >= 0 && ageMs <= OLDEST_MS)) {
        isRefuted = true;
        onNotice(
          "the device's times are not on this machine's monotonic clock: Nowcast compares them with the arrival of pictures instead",
        );
      }
      return isRefuted
        ? undefined
        : {
            capturedAtMs: stampMs,
            captureClock: 'sender',
            uncertaintyMs: UNCERTAINTY_MS,
            leastAgeMs: Math.max(0, ageMs - UNCERTAINTY_MS),
          };
    },
  };
}

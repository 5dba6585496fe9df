/** Tracks the deviation of jittered media times from the true times of capture. */
export type StampSpread = {
  /**
   * Each picture in the order of arrival. Times in milliseconds.
   * @param aboveMs distance of its offset above the least, whose stamp is the furthest ahead
   * @param isJittered media times are irregular although the pictures are not
   * @returns from the stamp furthest ahead to the one furthest behind
   */
  arrived(aboveMs: number, isJittered: boolean, intervalMs: number): number;
};

/** Stamps deviate no further: beyond that, the picture itself was late. */
const MOST_INTERVALS = 1.5;
const HOLD = 0.998;
/** For stamps that have become regular. */
const FORGET = 0.8;

export function stampSpread(): StampSpread {
  let spreadMs = 0;
  return {
    arrived: (aboveMs, isJittered, intervalMs) => {
      spreadMs = isJittered
        ? Math.max(HOLD * spreadMs, Math.min(aboveMs, MOST_INTERVALS * intervalMs))
        : FORGET * spreadMs;
      return spreadMs;
    },
  };
}

/** Times of 33 bits wrap after 26.5 hours. ISO/IEC 13818-1 §2.4.3.7. */
const WRAP_90KHZ = 2 ** 33;

/** Converts times of 33 bits in units of 1/90,000 s to milliseconds that do not wrap. One for each stream. */
export type MediaTime = {
  /** The last unwrapped time, of any kind, determines the number of wraps: the nearest time is meant. */
  toMs(time90Khz: number): number;
};

export function mediaTime(): MediaTime {
  let last: number | undefined;
  return {
    toMs: (time90Khz) => {
      last = last === undefined ? time90Khz : last + nearest(time90Khz - last);
      return last / 90;
    },
  };
}

/** The difference plus or minus whole wraps, at most half a wrap. */
function nearest(difference: number): number {
  return difference - Math.round(difference / WRAP_90KHZ) * WRAP_90KHZ;
}

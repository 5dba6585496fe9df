/** Times of 33 bits go around after 26.5 hours. ISO/IEC 13818-1 §2.4.3.7. */
const WRAP_90KHZ = 2 ** 33;

/** Turns times of 33 bits in units of 1/90,000 s into milliseconds that go on where these go around. One for each stream. */
export type MediaTime = {
  /** The last one unwrapped, whichever it was, decides how often the clock has gone around: the nearest time is meant. */
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

/** The difference, plus or minus whole turns, that is at most half a turn. */
function nearest(difference: number): number {
  return difference - Math.round(difference / WRAP_90KHZ) * WRAP_90KHZ;
}

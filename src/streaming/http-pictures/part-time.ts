/** Gives the capture times of pictures, from the headers that a camera writes above them. One for each stream. */
export type PartTimes = {
  /** On the camera's clock in milliseconds; undefined if it gives none, or an impossible one. */
  timeOf(headers: ReadonlyMap<string, string>): number | undefined;
};

/** Before September 2001: a clock that counts from the camera's start, not Unix time. */
const LEAST_UNIX_MS = 1e12;

/**
 * Reads `X-Timestamp`, seconds with a fraction, as sent by mjpg-streamer, ustreamer and similar programs. A clock that
 * stands still from picture to picture, or is missing above some, does not count, and is ignored from then on. The
 * header `Date` has whole seconds, too coarse to time a picture.
 */
export function partTimes(onNotice: (text: string) => void): PartTimes {
  let lastMs: number | undefined;
  let isRefuted = false;
  return {
    timeOf: (headers) => {
      const text = headers.get('x-timestamp') ?? '';
      if (isRefuted || (text === '' && lastMs === undefined)) return undefined;
      const timeMs = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1_000 : 0;
      if (timeMs > 0 && timeMs !== lastMs) {
        lastMs = timeMs;
        return timeMs;
      }
      isRefuted = true;
      onNotice(
        `the camera's X-Timestamp is not a clock (${JSON.stringify(text.slice(0, 40))}): Nowcast times its pictures by their arrival`,
      );
      return undefined;
    },
  };
}

/** Whether a time on a camera's clock can be Unix time. */
export function isUnixMs(timeMs: number): boolean {
  return timeMs >= LEAST_UNIX_MS;
}

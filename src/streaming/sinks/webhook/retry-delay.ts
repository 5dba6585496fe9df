/** Waits between attempts: 1 s, 2 s, 4 s and so on, up to a minute. */
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** A server may ask for no more. */
const LONGEST_ASKED_MS = 10 * 60_000;

/**
 * The wait after a number of failures in a row: half of it by chance, so that the cameras of many sites do not come
 * back to their server at one moment.
 * @param askedMs of the server's `Retry-After`, which is the least wait
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(failures: number, askedMs: number | undefined, random: () => number): number {
  const fullMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.max(Math.min(askedMs ?? 0, LONGEST_ASKED_MS), (fullMs / 2) * (1 + random()));
}

/** The wait that a header `Retry-After` asks for, in seconds or until a date; undefined if it says nothing. */
export function retryAfterMs(header: string | null, nowUnixMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowUnixMs);
}

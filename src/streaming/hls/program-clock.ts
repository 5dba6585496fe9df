import type { Segment } from './playlist.js';

/**
 * Gives the capture times of the pictures that a player shows, from the dates of the sender's segments. One for each
 * connection.
 */
export type ProgramClock = {
  /** The player opens a playlist or a segment, seconds before its pictures come. */
  opened(url: string): void;
  /**
   * @param ptsMs of the pictures, in their order; from any zero, and without jumps except at discontinuities
   * @returns undefined if the sender gives no date, and after a discontinuity
   */
  dateOf(ptsMs: number): ProgramDate | undefined;
};

export type ProgramDate = {
  /** On the sender's wall clock. */
  readonly unixMs: number;
  /** The possible drift of the sender's media clock from its wall clock since that date. */
  readonly driftMs: number;
};

/** A player opens some segments before the first picture comes, and its playlist again and again. */
const MOST_OPENED = 64;
/** The assumed drift of an unknown media clock against a wall clock. */
const DRIFT = 250e-6;

/**
 * The first opened segment begins with the first picture; from there on the pictures' own times count. At a
 * discontinuity, and when it misses a segment, the player shifts these times by an unknown amount. It opens segments
 * ahead, so afterwards no date is certain.
 * @param find returns the segment of a URL; undefined until a playlist contains it
 */
export function programClock(find: (url: string) => Segment | undefined): ProgramClock {
  let opened: string[] = [];
  let firstPtsMs: number | undefined;
  let start: Segment | undefined;
  let lastSequence = -1;
  let isBroken = false;

  const follow = (segment: Segment): void => {
    if (start === undefined) start = segment;
    // The player opens a segment again after an interruption.
    else if (segment.sequence > lastSequence)
      isBroken ||= segment.isDiscontinuity || segment.sequence !== lastSequence + 1;
    lastSequence = Math.max(lastSequence, segment.sequence);
  };
  const resolve = (): void => {
    const segments = opened.map(find);
    // Playlists are opened among the segments. For the newest segment, our own playlist may lag behind the player's.
    const known = segments.findLastIndex((segment) => segment !== undefined) + 1;
    for (const segment of segments.slice(0, known)) if (segment !== undefined) follow(segment);
    opened = opened.slice(known);
  };
  return {
    opened: (url) => {
      opened = [...opened, url].slice(-MOST_OPENED);
    },
    dateOf: (ptsMs) => {
      firstPtsMs ??= ptsMs;
      if (opened.length > 0) resolve();
      if (start?.startUnixMs === undefined || isBroken) return undefined;
      const passedMs = ptsMs - firstPtsMs;
      return { unixMs: start.startUnixMs + passedMs, driftMs: DRIFT * Math.abs(passedMs) };
    },
  };
}

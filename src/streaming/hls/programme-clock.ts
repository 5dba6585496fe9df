import type { Segment } from './playlist.js';

/** Tells when the pictures that a player shows were taken, by the dates that the sender gives its segments. One for each connection. */
export type ProgrammeClock = {
  /** The player opens something: a playlist, or a segment, seconds before its pictures come. */
  opened(url: string): void;
  /**
   * @param ptsMs of the pictures, in their order; from any zero, and without jumps but at discontinuities
   * @returns undefined where the sender does not tell, and from a discontinuity on
   */
  dateOf(ptsMs: number): ProgrammeDate | undefined;
};

export type ProgrammeDate = {
  /** By the sender's wall clock. */
  readonly unixMs: number;
  /** How far the sender's media clock may have left its wall clock since that date. */
  readonly driftMs: number;
};

/** A player opens some segments before the first picture comes, and its playlist again and again. */
const MOST_OPENED = 64;
/** Of a media clock against a wall clock, where nothing is known of either. */
const DRIFT = 250e-6;

/**
 * The first segment that is opened begins with the first picture; from there on the pictures' own times count. At a
 * discontinuity, and where it misses a segment, the player bends these, by an amount that it does not tell. It opens
 * segments ahead, so that from then on no date is right for certain.
 * @param find the segment of a URL; undefined as long as no playlist has had it
 */
export function programmeClock(find: (url: string) => Segment | undefined): ProgrammeClock {
  let opened: string[] = [];
  let firstPtsMs: number | undefined;
  let start: Segment | undefined;
  let lastSequence = -1;
  let isBroken = false;

  const follow = (segment: Segment): void => {
    if (start === undefined) start = segment;
    // One that is opened again was broken off.
    else if (segment.sequence > lastSequence) isBroken ||= segment.isDiscontinuity || segment.sequence !== lastSequence + 1;
    lastSequence = Math.max(lastSequence, segment.sequence);
  };
  const resolve = (): void => {
    const segments = opened.map(find);
    // Playlists are opened among the segments. Our own playlist may lag behind the player's, for the newest.
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

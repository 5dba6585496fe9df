import type { PaceWatch } from './arrival-pace.js';

/** A picture that may have come late. Times in milliseconds. */
export type LatePicture = {
  readonly arrivedAtMs: number;
  /** Since the picture before. */
  readonly elapsedMs: number;
  /** Usual between pictures. */
  readonly intervalMs: number;
  readonly lateMs: number;
  /** Smaller lateness is within its measurement error. */
  readonly nearMs: number;
};

/** Information from a picture's lateness about its age. */
export type LatenessVerdict = {
  /** The media clock has certainly lost this much time: the earliest offset moves by it. */
  readonly acceptedMs: number;
  /** The media clock has likely lost this much: the picture is younger than it seems by this much. */
  readonly likelyLostMs: number;
  /** In addition, the picture may be younger by this much. */
  readonly youngerMs: number;
  /** A single wait has added this much; the media clock may have stood still during it. */
  readonly doubtMs: number;
};

/** The lateness of pictures relative to the earliest, and the part of it that is certainly age. */
export type Lateness = {
  restart(): void;
  /**
   * Of the latest pictures.
   * @param earliestOffsetMs arrival minus media time of an undelayed picture
   */
  lateMs(earliestOffsetMs: number): number;
  /** The part of a lateness without a proof that it is age. */
  unprovenMs(lateMs: number): number;
  /** Each picture in the order of arrival. */
  arrived(picture: LatePicture): LatenessVerdict;
  /** A report shows that the media clock lost `byMs` of the lateness. The rest is age. */
  clockLost(byMs: number, lateMs: number): void;
  /** A report shows that the lateness is age, except for `looseMs`. */
  isAge(lateMs: number, looseMs: number): void;
  /** The sender's wall clock was set: no later report can decide whether the media clock lost the unproven lateness. */
  wallStepped(unprovenMs: number): void;
};

/** Lateness that stays constant for this long is not a queue. */
const ACCEPT_AFTER_MS = 10_000;
/** Smaller lateness may come from another route, which never drains. */
const ROUTE_MS = 250;
/** In shorter waits, no camera loses time at once. */
const HOLE_INTERVALS = 8;

/**
 * Pictures that come late after a hole are old (the network held them) or fresh (the media clock lost the time). Pace
 * or a report decides.
 * @param pace of the same pictures; it gets a picture before `arrived`
 */
export function latenessBy(pace: PaceWatch): Lateness {
  let provenMs = 0;
  let unprovableMs = 0;
  let likelyLostMs = 0;
  /** A report has shown that the network delays pictures: lateness that grows gradually is then age, too. */
  let isHeldUp = false;
  /**
   * Lateness from a single wait, during which a media clock may have stood still. Gradual lateness comes from a link
   * that is too slow.
   */
  let suddenMs = 0;
  const unprovenOf = (lateMs: number): number => Math.max(0, lateMs - provenMs);

  return {
    restart: () => {
      [provenMs, unprovableMs, likelyLostMs, isHeldUp, suddenMs] = [0, 0, 0, false, 0];
    },
    lateMs: (earliestOffsetMs) => Math.max(0, pace.lowMs() - earliestOffsetMs),
    unprovenMs: unprovenOf,
    arrived: ({ arrivedAtMs, elapsedMs, intervalMs, lateMs, nearMs }) => {
      if (lateMs <= nearMs)
        [provenMs, unprovableMs, likelyLostMs, isHeldUp] = [Math.min(provenMs, lateMs), 0, 0, false];
      const isHole = elapsedMs >= HOLE_INTERVALS * intervalMs;
      suddenMs = lateMs <= nearMs ? 0 : Math.min(lateMs, suddenMs + (isHole ? elapsedMs : 0));
      if (isHeldUp && !isHole) provenMs = Math.max(provenMs, Math.min(lateMs, provenMs + elapsedMs));
      const unprovenMs = lateMs - provenMs > nearMs ? lateMs - provenMs : 0;
      const verdict: LatenessVerdict = { acceptedMs: 0, likelyLostMs: 0, youngerMs: 0, doubtMs: suddenMs };
      if (unprovenMs === 0) return verdict;
      const levelSinceMs = pace.levelSinceMs();
      if (levelSinceMs !== undefined && arrivedAtMs - levelSinceMs > ACCEPT_AFTER_MS && unprovenMs > ROUTE_MS) {
        likelyLostMs = 0;
        return { ...verdict, acceptedMs: unprovenMs };
      }
      if (levelSinceMs !== undefined) likelyLostMs = unprovenMs;
      // Lateness that once was constant remains the likely loss when more is added.
      const lostMs = Math.min(likelyLostMs, unprovenMs);
      return { ...verdict, likelyLostMs: lostMs, youngerMs: pace.isDraining(unprovenMs) ? 0 : unprovenMs - lostMs };
    },
    clockLost: (byMs, lateMs) => {
      provenMs = lateMs - byMs;
    },
    isAge: (lateMs, looseMs) => {
      const unprovenMs = unprovenOf(lateMs);
      provenMs = Math.max(provenMs, lateMs - looseMs - unprovableMs);
      isHeldUp = unprovenMs > 0 && pace.pace() !== 'level' && !pace.isDraining(unprovenMs);
    },
    wallStepped: (unprovenMs) => {
      unprovableMs = unprovenMs;
    },
  };
}

import type { PaceWatch } from './pace.js';

/** A picture that may have come late. Times in milliseconds. */
export type LatePicture = {
  readonly arrivedAtMs: number;
  /** Since the picture before. */
  readonly elapsedMs: number;
  /** Usual between pictures. */
  readonly intervalMs: number;
  readonly lateMs: number;
  /** Less lateness is within the error of its measurement. */
  readonly nearMs: number;
};

/** What a picture's lateness says about its age. */
export type LatenessVerdict = {
  /** The media clock lost this much time for good: the earliest offset moves by it. */
  readonly acceptedMs: number;
  /** The media clock has likely lost this much: the picture is younger by it than it seems. */
  readonly likelyLostMs: number;
  /** Beyond that the picture may be younger by this much. */
  readonly youngerMs: number;
  /** A single wait has added this much, in which the media clock may have stood still. */
  readonly doubtMs: number;
};

/** How late pictures come over the earliest, and how much of that is surely age. */
export type Lateness = {
  restart(): void;
  /** Of the latest pictures. @param earliestOffsetMs arrival minus media time of a picture that nothing held up */
  lateMs(earliestOffsetMs: number): number;
  /** As much of a lateness as is without a proof that it is age. */
  unprovenMs(lateMs: number): number;
  /** Each picture in the order of arrival. */
  arrived(picture: LatePicture): LatenessVerdict;
  /** A report shows that the media clock lost `byMs` of the lateness. The rest is age. */
  clockLost(byMs: number, lateMs: number): void;
  /** A report shows that the lateness is age, but for `looseMs`. */
  isAge(lateMs: number, looseMs: number): void;
  /** The sender's wall clock was set: no later report can tell whether the media clock lost the unproven lateness. */
  wallStepped(unprovenMs: number): void;
};

/** Lateness that stood still this long without draining is not a queue. */
const ACCEPT_AFTER_MS = 10_000;
/** Less lateness than this may be another route, which never drains. */
const ROUTE_MS = 250;
/** In a wait that is shorter a camera loses no time at once. */
const HOLE_INTERVALS = 8;

/**
 * Pictures that come late after a hole are old (the network held them) or fresh (the media clock lost the time). Pace or a
 * report decides.
 * @param pace of the same pictures; it has heard of a picture before `arrived` does
 */
export function latenessBy(pace: PaceWatch): Lateness {
  let provenMs = 0;
  let unprovableMs = 0;
  let likelyLostMs = 0;
  /** A report has shown that the network holds pictures up: lateness that it goes on adding bit by bit is age, too. */
  let isHeldUp = false;
  /** Lateness that a single wait added, in which a media clock may have stood still. Lateness that adds up bit by bit is of a link that is too slow. */
  let suddenMs = 0;
  const unprovenOf = (lateMs: number): number => Math.max(0, lateMs - provenMs);

  return {
    restart: () => {
      [provenMs, unprovableMs, likelyLostMs, isHeldUp, suddenMs] = [0, 0, 0, false, 0];
    },
    lateMs: (earliestOffsetMs) => Math.max(0, pace.lowMs() - earliestOffsetMs),
    unprovenMs: unprovenOf,
    arrived: ({ arrivedAtMs, elapsedMs, intervalMs, lateMs, nearMs }) => {
      if (lateMs <= nearMs) [provenMs, unprovableMs, likelyLostMs, isHeldUp] = [Math.min(provenMs, lateMs), 0, 0, false];
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
      // Lateness that once stood still stays the likely loss when more comes on top of it.
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

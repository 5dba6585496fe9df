import type { SenderReport } from '../../../../core/coded-unit.js';
import { lowerEnvelope, type LowerEnvelope } from './lower-envelope.js';

/** The state of the pictures when a report came. Offsets are arrival minus media time. */
export type PicturesAtReport = {
  /** Of an undelayed picture. */
  readonly earliestOffsetMs: number;
  /** Of the latest pictures. */
  readonly lowOffsetMs: number;
  /** How much earlier the earliest offset may really be. */
  readonly unseenMs: number;
  /** Lateness of the latest pictures without a proof that they are old. */
  readonly unprovenMs: number;
  /** Time since a due picture did not come; 0 if none is due. */
  readonly missingMs: number;
  /** The fall of the earliest offset since the previous report. */
  readonly fellMs: number;
  readonly isSettled: boolean;
  /** A queue is being delivered. */
  readonly isDraining: boolean;
  /** Between pictures, reordering included. */
  readonly spacingMs: number;
};

export type ReportVerdict =
  /** The first of a media clock. */
  | { readonly kind: 'first' }
  /**
   * Both clocks of the sender advanced equally, except for `looseMs` that the media clock may have lost: late pictures
   * are old.
   */
  | { readonly kind: 'agrees'; readonly looseMs: number }
  /**
   * The media clock stood still while the sender's wall clock advanced (or advanced alone, if negative), known to
   * `looseMs`.
   */
  | { readonly kind: 'lost'; readonly byMs: number; readonly looseMs: number }
  /** It may have lost some time, or the report is inexact: another report will decide. */
  | { readonly kind: 'unclear' }
  /** The sender's wall clock was set. */
  | { readonly kind: 'stepped' }
  /** Its media time has no relation to the pictures'. */
  | { readonly kind: 'nonsense' };

/** Tracks a sender's wall clock over all its connections, and its relation to the current media clock. */
export type ReportClock = {
  /** A media clock restarts; the relation to the wall clock stays, if it is valid. */
  newMediaClock(): void;
  report(report: SenderReport, pictures: PicturesAtReport): ReportVerdict;
  /** A report of a sender with unusable media times: returns its delay beyond the fastest one. */
  reportAlone(report: SenderReport): number;
  /**
   * The earliest offset of media time according to reports and wall clock; undefined before a report of this media
   * clock.
   */
  mediaOffsetAt(atMs: number): ReportedOffset | undefined;
};

/** Our clock minus media time. */
export type ReportedOffset = {
  readonly offsetMs: number;
  /** How far it may be from the truth. */
  readonly slackMs: number;
  /** A report came as fast as undelayed pictures. */
  readonly isTrusted: boolean;
};

/** A camera's own pipeline may take this long, and reports then run ahead of pictures by it. */
const PIPELINE_MS = 1_000;
const FARTHEST_MS = 30_000;
const SPREADS = 6;
/** A sender whose reports differ by less reads both clocks at the same moment. */
const EXACT_MS = 10;

export function reportClock(): ReportClock {
  let wall: LowerEnvelope = lowerEnvelope();
  let isWallTrusted = false;
  /** Least wall minus media time: a report with the time of its last picture has more, by up to an interval. */
  let wallMinusMediaMs: number | undefined;
  let spreads: number[] = [];
  let recent: number[] = [];
  let reports = 0;
  let spacingMs = 0;
  let isStreamClock = false;

  /** How far the least of this many reports may still be above the truth. */
  const spreadMs = (): number =>
    spreads.length < 3 ? spacingMs : Math.min(spacingMs, Math.max(...spreads)) * Math.min(1, 3 / reports);
  const resetWallClock = (): void => {
    wall = lowerEnvelope();
    isWallTrusted = false;
  };
  const judge = (report: SenderReport, pictures: PicturesAtReport): ReportVerdict => {
    if (isNonsense(report, pictures)) return { kind: 'nonsense' };
    const betweenMs = report.senderMs - report.mediaMs;
    if (wallMinusMediaMs === undefined) {
      wallMinusMediaMs = betweenMs;
      return { kind: 'first' };
    }
    const changeMs = betweenMs - wallMinusMediaMs;
    const toleranceMs = toleranceOf(spreads, pictures.spacingMs);
    return Math.abs(changeMs) <= toleranceMs
      ? judgeEqual(betweenMs, wallMinusMediaMs, pictures)
      : judgeChange(betweenMs, changeMs, toleranceMs, pictures);
  };
  /** A clock that lost a little in small steps still shows in the least of several reports. */
  const judgeEqual = (
    betweenMs: number,
    leastBeforeMs: number,
    { unprovenMs, isDraining }: PicturesAtReport,
  ): ReportVerdict => {
    const changeMs = betweenMs - leastBeforeMs;
    spreads = [...spreads, Math.abs(changeMs)].slice(-SPREADS);
    recent = [...recent, betweenMs].slice(-SPREADS);
    const leastMs = Math.min(...recent) - leastBeforeMs;
    if (
      leastMs > 10 &&
      recent.length === SPREADS &&
      !isDraining &&
      unprovenMs > 0.5 * leastMs &&
      unprovenMs < 2 * leastMs + EXACT_MS
    ) {
      wallMinusMediaMs = leastBeforeMs + leastMs;
      return { kind: 'lost', byMs: leastMs, looseMs: 10 };
    }
    wallMinusMediaMs = Math.min(betweenMs, leastBeforeMs + 2);
    return { kind: 'agrees', looseMs: Math.max(0, changeMs) };
  };
  const judgeChange = (
    betweenMs: number,
    changeMs: number,
    toleranceMs: number,
    { unprovenMs, missingMs, fellMs, isDraining, spacingMs: pictureMs }: PicturesAtReport,
  ): ReportVerdict => {
    const surelyMs = changeMs - (toleranceMs > EXACT_MS ? pictureMs : 0);
    const isHole = changeMs > unprovenMs + toleranceMs + 30 && missingMs > 0.8 * surelyMs;
    if (changeMs > 0 && (isHole || (isDraining && changeMs < 0.7 * unprovenMs))) return { kind: 'unclear' };
    wallMinusMediaMs = betweenMs;
    recent = [];
    const movedMs = changeMs > 0 ? unprovenMs : fellMs;
    if (Math.abs(changeMs) <= movedMs + toleranceMs + 30 && movedMs > 0.5 * Math.abs(changeMs))
      return { kind: 'lost', byMs: changeMs, looseMs: toleranceMs };
    return { kind: 'stepped' };
  };

  return {
    newMediaClock: () => {
      [wallMinusMediaMs, recent, reports] = [undefined, [], 0];
      if (isStreamClock) resetWallClock();
    },
    report: (report, pictures) => {
      const { arrivedAtMs, senderMs } = report;
      spacingMs = pictures.spacingMs;
      isStreamClock = report.isStreamClock === true;
      const verdict = judge(report, pictures);
      if (verdict.kind === 'nonsense' || wallMinusMediaMs === undefined) return verdict;
      reports = verdict.kind === 'lost' || verdict.kind === 'stepped' ? 1 : reports + 1;
      if (verdict.kind === 'stepped') resetWallClock();
      const known = wall.at(arrivedAtMs);
      if (verdict.kind === 'first' && known !== undefined) {
        const offsetMs = wallMinusMediaMs + known.offsetMs;
        const lateMs = offsetMs - pictures.earliestOffsetMs;
        // Its pictures would be in the future, or impossibly old: the clock was set in between.
        if (lateMs > 50 + known.slackMs + 1.2 * pictures.spacingMs || -lateMs > 100 + known.slackMs + pictures.unseenMs)
          resetWallClock();
      }
      wall.add(arrivedAtMs, arrivedAtMs - senderMs);
      // Its way here was as fast as that of the undelayed pictures.
      if (pictures.isSettled && pictures.lowOffsetMs - pictures.earliestOffsetMs < 20) isWallTrusted = true;
      return verdict;
    },
    reportAlone: ({ senderMs, arrivedAtMs }) => {
      const delayMs = arrivedAtMs - senderMs;
      const known = wall.at(arrivedAtMs);
      if (known !== undefined && Math.abs(delayMs - known.offsetMs) > FARTHEST_MS) resetWallClock();
      wall.add(arrivedAtMs, delayMs);
      return Math.max(0, delayMs - wall.at(arrivedAtMs)!.offsetMs);
    },
    mediaOffsetAt: (atMs) => {
      const known = wall.at(atMs);
      if (known === undefined || wallMinusMediaMs === undefined) return undefined;
      return {
        offsetMs: wallMinusMediaMs + known.offsetMs,
        slackMs: known.slackMs + spreadMs(),
        isTrusted: isWallTrusted,
      };
    },
  };
}

/** Its media time has no relation to the pictures'. */
function isNonsense({ arrivedAtMs, mediaMs }: SenderReport, pictures: PicturesAtReport): boolean {
  const aheadMs = pictures.lowOffsetMs - (arrivedAtMs - mediaMs);
  return pictures.isSettled
    ? aheadMs > PIPELINE_MS + 2 * pictures.spacingMs || aheadMs < -FARTHEST_MS
    : Math.abs(aheadMs) > FARTHEST_MS;
}

/**
 * The tolerated difference between reports: one picture's time, for a sender that pairs its clock with the time of its
 * last picture.
 */
function toleranceOf(spreads: readonly number[], spacingMs: number): number {
  return spreads.length >= 4 && Math.max(...spreads) < EXACT_MS / 3 ? EXACT_MS : 1.2 * spacingMs + 25;
}

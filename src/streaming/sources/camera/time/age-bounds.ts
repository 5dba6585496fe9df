import type { LatenessVerdict } from './lateness.js';
import type { OffsetEstimate } from './lower-envelope.js';
import type { ReportedOffset } from './report-clock.js';

/** The offset of media time at a picture's capture, and how far the picture's age may lie from what it gives. */
export type AgeBounds = {
  /** Our clock minus media time. */
  readonly offsetMs: number;
  readonly slackMs: number;
  /** It may be older by this much… */
  readonly olderMs: number;
  /** …or younger. */
  readonly youngerMs: number;
  /** The part of its age without a proof. */
  readonly doubtMs: number;
};

export type StreamState = {
  /** Its pictures come at the pace of their capture. */
  readonly isSettled: boolean;
  /** Until it is settled, all pictures may have waited this long. */
  readonly unseenMs: number;
  /** The media clock may have lost this much before the first picture. */
  readonly lostAtStartMs: number;
};

/** Joins the evidence of arrivals (`earliest`, `late`) with that of the sender's reports. */
export function ageBounds(
  earliest: OffsetEstimate,
  late: LatenessVerdict,
  reported: ReportedOffset | undefined,
  { isSettled, unseenMs, lostAtStartMs }: StreamState,
): AgeBounds {
  let { offsetMs, slackMs } = earliest;
  let { likelyLostMs: olderMs, youngerMs, doubtMs } = late;
  if (reported !== undefined && reported.offsetMs < offsetMs) {
    const aheadMs = offsetMs - reported.offsetMs;
    // A settled stream that its reports call old: a steady queue, or a wall clock that was set unnoticed.
    if (isSettled && aheadMs > 100) [youngerMs, doubtMs] = [Math.max(youngerMs, aheadMs), Math.max(doubtMs, aheadMs)];
    offsetMs = reported.offsetMs;
    // Reports that confirm settled pictures do not make them less certain.
    slackMs = isSettled ? Math.min(reported.slackMs, slackMs + aheadMs) : reported.slackMs;
  }
  if (!isSettled) olderMs = Math.max(olderMs, reported?.isTrusted === true ? reported.slackMs + 5 : unseenMs);
  return {
    offsetMs,
    slackMs,
    olderMs,
    youngerMs: Math.max(youngerMs, lostAtStartMs),
    doubtMs: Math.max(doubtMs, lostAtStartMs),
  };
}

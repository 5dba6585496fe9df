import type { SenderReport } from '../../../../core/coded-unit.js';
import type { Lateness } from './lateness.js';
import type { LowerEnvelope } from './lower-envelope.js';
import type { MediaSteps } from './media-steps.js';
import type { PaceWatch } from './arrival-pace.js';
import { reportClock, type PicturesAtReport, type ReportClock } from './report-clock.js';

/** Judges by a sender's reports how late its pictures are. */
export type ReportEvidence = Pick<ReportClock, 'mediaOffsetAt'> & {
  newMediaClock(): void;
  add(report: SenderReport, pictures: PicturesSoFar): void;
  /** The delay of the last report beyond the fastest one, for a sender with unusable media times. */
  readonly delayMs: number;
};

/** The pictures of a media clock so far. */
export type PicturesSoFar = {
  /** Of arrival minus media time. A report may move it. */
  readonly envelope: LowerEnvelope;
  readonly lastArrivedAtMs: number;
  /** How much earlier the earliest offset may really be. */
  readonly unseenMs: number;
  readonly isSettled: boolean;
};

export type ReportEvidenceOptions = {
  readonly pace: PaceWatch;
  readonly steps: MediaSteps;
  readonly lateness: Lateness;
  /** Called at each report, once several in a row contradicted the pictures. */
  readonly onNonsense: () => void;
};

const NONSENSE_REPORTS = 3;

export function reportEvidence({ pace, steps, lateness, onNonsense }: ReportEvidenceOptions): ReportEvidence {
  const sender = reportClock();
  let earliestAtReportMs: number | undefined;
  let delayMs = 0;
  let nonsense = 0;

  return {
    mediaOffsetAt: (atMs) => sender.mediaOffsetAt(atMs),
    newMediaClock: () => {
      sender.newMediaClock();
      earliestAtReportMs = undefined;
    },
    add: (report, { envelope, lastArrivedAtMs, unseenMs, isSettled }) => {
      const { arrivedAtMs } = report;
      const earliest = envelope.at(arrivedAtMs);
      if (earliest === undefined) {
        delayMs = sender.reportAlone(report);
        return;
      }
      const lateMs = lateness.lateMs(earliest.offsetMs);
      const unprovenMs = lateness.unprovenMs(lateMs);
      const sinceMs = arrivedAtMs - lastArrivedAtMs;
      const pictures: PicturesAtReport = {
        earliestOffsetMs: earliest.offsetMs,
        lowOffsetMs: pace.lowMs(),
        unseenMs,
        unprovenMs,
        missingMs: sinceMs > 1.2 * steps.intervalMs() ? sinceMs : 0,
        fellMs: Math.max(0, (earliestAtReportMs ?? earliest.offsetMs) - earliest.offsetMs),
        isSettled,
        isDraining: pace.isDraining(unprovenMs),
        spacingMs: steps.intervalMs() + steps.reorderMs(),
      };
      const verdict = sender.report(report, pictures);
      if (verdict.kind === 'nonsense') {
        nonsense += 1;
        if (nonsense >= NONSENSE_REPORTS) onNonsense();
        return;
      }
      nonsense = 0;
      if (verdict.kind === 'lost' && verdict.byMs > 0) {
        const byMs = lateMs - verdict.byMs < verdict.looseMs ? lateMs : verdict.byMs;
        envelope.shift(byMs);
        lateness.clockLost(byMs, lateMs);
      } else if (verdict.kind === 'agrees') lateness.isAge(lateMs, verdict.looseMs);
      else if (verdict.kind === 'first' && sender.mediaOffsetAt(arrivedAtMs)?.isTrusted === true)
        lateness.isAge(lateMs, 0);
      else if (verdict.kind === 'stepped') lateness.wallStepped(unprovenMs);
      earliestAtReportMs = envelope.at(arrivedAtMs)!.offsetMs;
    },
    get delayMs() {
      return delayMs;
    },
  };
}

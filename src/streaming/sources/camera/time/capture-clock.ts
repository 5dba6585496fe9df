import type { SenderReport } from '../../../../core/coded-unit.js';
import { ageBounds } from './age-bounds.js';
import { latenessBy, type LatenessVerdict } from './lateness.js';
import { lowerEnvelope, type LowerEnvelope, type OffsetEstimate } from './lower-envelope.js';
import { mediaSteps } from './media-steps.js';
import { paceWatch } from './arrival-pace.js';
import { reportEvidence } from './report-evidence.js';
import { stampSpread } from './stamp-spread.js';

/** The estimated capture time of a picture, on the monotonic clock, with its uncertainty. */
export type CaptureEstimate = {
  /** Never later than the picture's arrival. */
  readonly capturedAtMs: number;
  /**
   * `sender`: from the sender's reports. `arrival`: from media times and the fastest arrivals, or from arrival alone.
   * `wall`: from the sender's wall clock.
   */
  readonly captureClock: 'sender' | 'arrival' | 'wall';
  /** The true time lies within this of `capturedAtMs`, to either side. */
  readonly uncertaintyMs: number;
  /** The minimum age of the picture on arrival; decisions to shed use this. */
  readonly leastAgeMs: number;
};

export type CaptureClockEstimator = {
  /** The media clock restarts; the relation to the sender's wall clock stays, if its reports give one. */
  newConnection(): void;
  /** In the order of arrival among pictures and reports. */
  reported(report: SenderReport): void;
  /**
   * Each picture in the order of arrival.
   * @param mayGoBack it may be a B-picture, whose time goes back a little
   */
  arrived(mediaMs: number, arrivedAtMs: number, mayGoBack?: boolean): CaptureEstimate;
  /** The sender's fastest reply so far: half of it is the network's minimum delay. */
  roundTrip(ms: number): void;
};

export type CaptureClockOptions = {
  /** Called once for each quirk of the sender's clocks, with the way it is handled. */
  readonly onNotice?: (text: string) => void;
};

/**
 * At first, a picture may come from a cache of the server, which holds the current group of pictures: cameras are
 * seldom set to more than ten seconds between key pictures.
 */
const UNSEEN_MS = 10_000;
/** No rule here can detect timer delays, or the delay of one picture's packets. */
const LEAST_MS = 4;
/** A smaller loss of the media clock is within a link's delays. */
const LEAST_LOST_MS = 50;
/** Pictures that have come at the pace of their capture for this long, none earlier than the rest, did not wait. */
const SETTLED_AFTER_MS = 900;

/** A picture with a usable media time. */
type Arrival = {
  readonly arrivedAtMs: number;
  /** Since the picture before. */
  readonly elapsedMs: number;
  /** Usual between pictures. */
  readonly intervalMs: number;
  /** Arrival minus media time. */
  readonly offsetMs: number;
};

/**
 * Maps media times to the monotonic clock. It uses three clocks: the media clock, the sender's wall clock in its
 * reports, and our clock at arrival. The fastest recent arrivals show the offset between media time and ours; all
 * others were delayed. Pictures that come late after a hole are old (the network held them) or fresh (the media clock
 * lost the time): until pace or a report decides, the uncertainty covers both. A delay that all pictures share, such as
 * the camera's encoder, shows only if reports run ahead of pictures.
 */
export function captureClock({ onNotice = () => undefined }: CaptureClockOptions = {}): CaptureClockEstimator {
  const pace = paceWatch();
  const steps = mediaSteps();
  const lateness = latenessBy(pace);
  const spread = stampSpread();
  let envelope: LowerEnvelope = lowerEnvelope();
  let isFirst = true;
  let isSettled = false;
  let unseenMs = UNSEEN_MS;
  /** A report that came before the first picture. */
  let pending: SenderReport | undefined;
  /** The media clock may have lost this much between that report and the picture, until another report decides. */
  let lostSincePendingMs = 0;
  let lastArrivedAtMs: number | undefined;
  let oldestMs = 0;
  let longestWaitMs = 0;
  let roundTripMs: number | undefined;
  const noticed = new Set<string>();

  const notice = (key: string, text: string): void => {
    if (!noticed.has(key)) onNotice(text);
    noticed.add(key);
  };
  const reports = reportEvidence({
    pace,
    steps,
    lateness,
    onNonsense: () =>
      notice(
        'reports',
        "the times in the camera's sender reports do not match its pictures: Nowcast derives the age of pictures from their arrival",
      ),
  });
  const addReport = (report: SenderReport): void =>
    reports.add(report, { envelope, lastArrivedAtMs: lastArrivedAtMs!, unseenMs, isSettled });
  const hearPending = (report: SenderReport, arrivedAtMs: number, offsetMs: number): void => {
    addReport(report);
    const aheadMs = offsetMs - (reports.mediaOffsetAt(arrivedAtMs)?.offsetMs ?? offsetMs);
    // A picture from a cache is older than the wait for it.
    const isOfTheWait = arrivedAtMs - report.arrivedAtMs > 0.8 * aheadMs;
    lostSincePendingMs = aheadMs > LEAST_LOST_MS && isOfTheWait ? aheadMs : 0;
  };
  const newMediaClock = (mayBeOldMs: number): void => {
    lostSincePendingMs = 0;
    reports.newMediaClock();
    pace.restart();
    lateness.restart();
    envelope = lowerEnvelope();
    [isSettled, unseenMs] = [false, mayBeOldMs];
  };
  const byArrival = (arrivedAtMs: number, elapsedMs: number): CaptureEstimate => {
    notice('times', 'the camera gives its pictures no usable times: Nowcast times them by their arrival');
    const intervalMs = steps.intervalMs();
    // Each picture of a burst makes up for one interval of the preceding wait.
    longestWaitMs = Math.max(elapsedMs - intervalMs, longestWaitMs + Math.min(0, elapsedMs - intervalMs), 0);
    const uncertaintyMs = 50 + intervalMs + longestWaitMs + reports.delayMs;
    return { capturedAtMs: arrivedAtMs, captureClock: 'arrival', uncertaintyMs, leastAgeMs: 0 };
  };

  /** Adds a picture to the evidence. */
  const observe = ({ arrivedAtMs, elapsedMs, intervalMs, offsetMs }: Arrival): void => {
    const beforeMs = envelope.at(arrivedAtMs)?.offsetMs;
    if (elapsedMs > 1.5 * intervalMs && offsetMs > pace.lowMs() + Math.max(30, 0.5 * intervalMs)) pace.restart();
    if (isSettled && offsetMs < beforeMs! - Math.max(20, 2 * pace.jitterMs())) {
      // The apparently steady pace was that of a queue, and its remaining length is unknown.
      [isSettled, unseenMs] = [false, UNSEEN_MS];
      pace.restart();
    }
    envelope.add(arrivedAtMs, offsetMs);
    pace.add(arrivedAtMs, offsetMs, intervalMs);
    if (!isFirst) return;
    isFirst = false;
    if (pending !== undefined) hearPending(pending, arrivedAtMs, offsetMs);
    pending = undefined;
  };
  /** Late: old, or from a media clock that lost time? */
  const judgeLateness = ({
    arrivedAtMs,
    elapsedMs,
    intervalMs,
  }: Arrival): { readonly late: LatenessVerdict; readonly earliest: OffsetEstimate } => {
    const earliest = envelope.at(arrivedAtMs)!;
    const lateMs = lateness.lateMs(earliest.offsetMs);
    const levelSinceMs = pace.levelSinceMs();
    if (
      levelSinceMs !== undefined &&
      arrivedAtMs - levelSinceMs > SETTLED_AFTER_MS &&
      lateMs <= 10 + 2 * pace.jitterMs()
    )
      isSettled = true;
    const nearMs = 6 + pace.jitterMs() + 2 * earliest.excessMs;
    const late = lateness.arrived({ arrivedAtMs, elapsedMs, intervalMs, lateMs, nearMs });
    if (late.acceptedMs === 0) return { late, earliest };
    envelope.shift(late.acceptedMs);
    return { late, earliest: envelope.at(arrivedAtMs)! };
  };
  /** For jittered stamps, the least offset belongs to the stamp furthest ahead: the truth lies in the middle. */
  const stampSpreadOf = ({ offsetMs, intervalMs }: Arrival, earliest: OffsetEstimate): number => {
    const floorMs = lateness.lateMs(earliest.offsetMs) < 50 ? earliest.offsetMs : pace.lowMs();
    return spread.arrived(offsetMs - floorMs, steps.stampJitterMs() > 0, intervalMs);
  };

  return {
    newConnection: () => {
      newMediaClock(UNSEEN_MS);
      steps.newConnection();
      [isFirst, pending, longestWaitMs] = [true, undefined, 0];
    },
    roundTrip: (ms) => {
      if (ms >= 0) roundTripMs = Math.min(ms, roundTripMs ?? Infinity);
    },
    reported: (report) => {
      if (![report.mediaMs, report.senderMs, report.arrivedAtMs].every(Number.isFinite)) return;
      if (isFirst) pending = report;
      else {
        addReport(report);
        lostSincePendingMs = 0;
      }
    },
    arrived: (mediaMs, arrivedAtMs, mayGoBack = false) => {
      if (!Number.isFinite(mediaMs))
        return { capturedAtMs: arrivedAtMs, captureClock: 'arrival', uncertaintyMs: UNSEEN_MS, leastAgeMs: 0 };
      const elapsedMs = arrivedAtMs - (lastArrivedAtMs ?? arrivedAtMs);
      const step = steps.next(
        { mediaMs, arrivedAtMs, mayGoBack },
        isSettled ? envelope.at(arrivedAtMs)?.offsetMs : undefined,
      );
      lastArrivedAtMs = arrivedAtMs;
      if (step === 'jump') {
        newMediaClock(Math.min(UNSEEN_MS, Math.max(0, oldestMs + elapsedMs)));
        notice('jump', "the camera's media clock jumps: Nowcast continues by the time that has passed");
      }
      if (step === 'unusable') {
        newMediaClock(UNSEEN_MS);
        return byArrival(arrivedAtMs, elapsedMs);
      }
      const arrival = { arrivedAtMs, elapsedMs, intervalMs: steps.intervalMs(), offsetMs: arrivedAtMs - mediaMs };
      observe(arrival);
      const { late, earliest } = judgeLateness(arrival);
      const reported = reports.mediaOffsetAt(arrivedAtMs);
      const bounds = ageBounds(earliest, late, reported, { isSettled, unseenMs, lostAtStartMs: lostSincePendingMs });

      const restMs = (roundTripMs ?? 0) / 2;
      const stampSpreadMs = stampSpreadOf(arrival, earliest);
      const baseMs = LEAST_MS + bounds.slackMs + 2 * earliest.excessMs + 0.6 * stampSpreadMs + restMs;
      const capturedAtMs = Math.min(
        arrivedAtMs,
        mediaMs + bounds.offsetMs + late.likelyLostMs + stampSpreadMs / 2 - restMs,
      );
      const ageMs = arrivedAtMs - capturedAtMs;
      oldestMs = ageMs + bounds.olderMs;
      return {
        capturedAtMs,
        captureClock: reported === undefined ? 'arrival' : 'sender',
        uncertaintyMs: baseMs + Math.max(bounds.olderMs, bounds.youngerMs),
        leastAgeMs: Math.max(0, ageMs - Math.min(bounds.youngerMs, bounds.doubtMs) - baseMs),
      };
    },
  };
}

import type { SenderReport } from '../../../core/coded-unit.js';
import { lowerEnvelope, type LowerEnvelope } from './lower-envelope.js';
import { mediaSteps } from './media-steps.js';
import { paceWatch } from './pace.js';
import { senderClock, type PicturesAtReport } from './sender-clock.js';

/** When the world looked like a picture, on the monotonic clock, and how well that is known. */
export type CaptureEstimate = {
  /** Never after the picture's arrival. */
  readonly capturedAtMs: number;
  /**
   * `sender`: from the sender's reports. `arrival`: from media times and the fastest arrivals, or from arrival alone. `wall`: the
   * sender's wall clock taken at its word.
   */
  readonly captureClock: 'sender' | 'arrival' | 'wall';
  /** The truth lies within this of `capturedAtMs`, to either side. */
  readonly uncertaintyMs: number;
  /** The picture was at least this old on arrival, whatever is unknown; a decision to shed may stand on this. */
  readonly leastAgeMs: number;
};

export type CaptureClock = {
  /** The media clock starts anew; the knowledge of the sender's wall clock stays, where its reports tell one. */
  newConnection(atMs: number): void;
  /** In the order of arrival among pictures and reports. */
  reported(report: SenderReport): void;
  /**
   * Each picture in the order of arrival.
   * @param mayGoBack it may be a B-picture, whose time goes back a little
   */
  arrived(mediaMs: number, arrivedAtMs: number, mayGoBack?: boolean): CaptureEstimate;
  /** The quickest answer of the sender to a question so far: half of it is the network at rest. */
  roundTrip(ms: number): void;
};

export type CaptureClockOptions = {
  /** Called once for each quirk of the sender's clocks, with how it is dealt with. */
  readonly onNotice?: (text: string) => void;
};

/**
 * Before anything is known a picture may come from a cache of the server, which holds the group of pictures that is under way:
 * cameras are seldom set to more than ten seconds between key pictures.
 */
const UNSEEN_MS = 10_000;
/** No rule here can see timers, nor the packets of one picture. */
const LEAST_MS = 4;
/** Pictures that have come at the pace at which they were taken for this long, none earlier than the rest, wait for nothing. */
const SETTLED_AFTER_MS = 900;
/** Lateness that stood still this long without draining is not a queue. */
const ACCEPT_AFTER_MS = 10_000;
/** Less lateness than this may be another route, which never drains. */
const ROUTE_MS = 250;
const NONSENSE_REPORTS = 3;
/** In a wait that is shorter a camera loses no time at once. */
const HOLE_INTERVALS = 8;

/**
 * Maps media times to the monotonic clock. Three witnesses are heard: the media clock, the sender's wall clock in its reports,
 * and our clock at arrival. The fastest recent arrivals show the offset between media time and ours; everything else was held
 * up on its way. Pictures that come late after a hole are old (the network held them) or fresh (the media clock lost the time):
 * until pace or a report has decided, the uncertainty covers both. Delay that all pictures share, as in the camera's encoder,
 * shows only where reports run ahead of pictures.
 */
export function captureClock({ onNotice = () => undefined }: CaptureClockOptions = {}): CaptureClock {
  const sender = senderClock();
  const pace = paceWatch();
  const steps = mediaSteps();
  let envelope: LowerEnvelope = lowerEnvelope();
  let isFirst = true;
  let isSettled = false;
  let unseenMs = UNSEEN_MS;
  let provenLateMs = 0;
  let unprovableMs = 0;
  let likelyLostMs = 0;
  /** A report has shown that the network holds pictures up: lateness that it goes on adding bit by bit is age, too. */
  let isHeldUp = false;
  /** Lateness that a single wait added, in which a media clock may have stood still. Lateness that adds up bit by bit is of a link that is too slow. */
  let suddenMs = 0;
  let earliestAtReportMs: number | undefined;
  let pending: SenderReport | undefined;
  let lastArrivedAtMs: number | undefined;
  let oldestMs = 0;
  let longestWaitMs = 0;
  let reportDelayMs = 0;
  let roundTripMs: number | undefined;
  let nonsense = 0;
  let stampSpreadMs = 0;
  const told = new Set<string>();

  const notice = (key: string, text: string): void => {
    if (!told.has(key)) onNotice(text);
    told.add(key);
  };
  const newMediaClock = (mayBeOldMs: number): void => {
    sender.newMediaClock();
    pace.restart();
    envelope = lowerEnvelope();
    [isSettled, unseenMs, earliestAtReportMs] = [false, mayBeOldMs, undefined];
    [provenLateMs, unprovableMs, likelyLostMs, isHeldUp, suddenMs] = [0, 0, 0, false, 0];
  };
  const lateMs = (atMs: number): number => {
    const earliest = envelope.at(atMs);
    return earliest === undefined ? 0 : Math.max(0, pace.lowMs() - earliest.offsetMs);
  };
  const hear = (report: SenderReport): void => {
    const earliest = envelope.at(report.arrivedAtMs);
    if (earliest === undefined) {
      reportDelayMs = sender.reportAlone(report);
      return;
    }
    const unprovenMs = Math.max(0, lateMs(report.arrivedAtMs) - provenLateMs);
    const sinceMs = report.arrivedAtMs - lastArrivedAtMs!;
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
      if (nonsense >= NONSENSE_REPORTS) notice('reports', "the times in the camera's sender reports do not belong to its pictures: the age of pictures is taken from their arrival");
      return;
    }
    nonsense = 0;
    const late = lateMs(report.arrivedAtMs);
    if (verdict.kind === 'lost' && verdict.byMs > 0) {
      const byMs = late - verdict.byMs < verdict.looseMs ? late : verdict.byMs;
      envelope.shift(byMs);
      provenLateMs = late - byMs;
    } else if (verdict.kind === 'agrees' || (verdict.kind === 'first' && sender.mediaOffsetAt(report.arrivedAtMs)?.isTrusted === true)) {
      const looseMs = verdict.kind === 'agrees' ? verdict.looseMs : 0;
      provenLateMs = Math.max(provenLateMs, late - looseMs - unprovableMs);
      isHeldUp = unprovenMs > 0 && pace.pace() !== 'level' && !pace.isDraining(unprovenMs);
    }
    // Whether this lateness was lost by the media clock no later report can tell.
    else if (verdict.kind === 'stepped') unprovableMs = unprovenMs;
    earliestAtReportMs = envelope.at(report.arrivedAtMs)!.offsetMs;
  };
  const byArrival = (arrivedAtMs: number, elapsedMs: number): CaptureEstimate => {
    notice('times', 'the camera gives its pictures no usable times: they get those at which they arrive');
    const intervalMs = steps.intervalMs();
    // Each picture of a burst makes up for one interval of the wait before.
    longestWaitMs = Math.max(elapsedMs - intervalMs, longestWaitMs + Math.min(0, elapsedMs - intervalMs), 0);
    const uncertaintyMs = 50 + intervalMs + longestWaitMs + reportDelayMs;
    return { capturedAtMs: arrivedAtMs, captureClock: 'arrival', uncertaintyMs, leastAgeMs: 0 };
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
      else hear(report);
    },
    arrived: (mediaMs, arrivedAtMs, mayGoBack = false) => {
      if (!Number.isFinite(mediaMs)) return { capturedAtMs: arrivedAtMs, captureClock: 'arrival', uncertaintyMs: UNSEEN_MS, leastAgeMs: 0 };
      const elapsedMs = arrivedAtMs - (lastArrivedAtMs ?? arrivedAtMs);
      const step = steps.next({ mediaMs, arrivedAtMs, mayGoBack }, isSettled ? envelope.at(arrivedAtMs)?.offsetMs : undefined);
      const intervalMs = steps.intervalMs();
      lastArrivedAtMs = arrivedAtMs;
      if (step === 'jump') {
        newMediaClock(Math.min(UNSEEN_MS, Math.max(0, oldestMs + elapsedMs)));
        notice('jump', "the camera's media clock jumps: times go on by the time that has passed");
      }
      if (step === 'unusable') {
        newMediaClock(UNSEEN_MS);
        return byArrival(arrivedAtMs, elapsedMs);
      }
      const offsetMs = arrivedAtMs - mediaMs;
      const beforeMs = envelope.at(arrivedAtMs)?.offsetMs;
      if (elapsedMs > 1.5 * intervalMs && offsetMs > pace.lowMs() + Math.max(30, 0.5 * intervalMs)) pace.restart();
      if (isSettled && offsetMs < beforeMs! - Math.max(20, 2 * pace.jitterMs())) {
        // The pace that had seemed at rest was that of a queue, and nobody can know how much of it is left.
        [isSettled, unseenMs] = [false, UNSEEN_MS];
        pace.restart();
      }
      envelope.add(arrivedAtMs, offsetMs);
      pace.add(arrivedAtMs, offsetMs, intervalMs);
      if (isFirst) {
        isFirst = false;
        if (pending !== undefined) hear(pending);
        pending = undefined;
      }

      let earliest = envelope.at(arrivedAtMs)!;
      const levelSinceMs = pace.levelSinceMs();
      if (levelSinceMs !== undefined && arrivedAtMs - levelSinceMs > SETTLED_AFTER_MS && lateMs(arrivedAtMs) <= 10 + 2 * pace.jitterMs()) isSettled = true;

      // Late: old, or of a media clock that lost time?
      const late = lateMs(arrivedAtMs);
      const nearMs = 6 + pace.jitterMs() + 2 * earliest.excessMs;
      if (late <= nearMs) [provenLateMs, unprovableMs, likelyLostMs, isHeldUp] = [Math.min(provenLateMs, late), 0, 0, false];
      const isHole = elapsedMs >= HOLE_INTERVALS * intervalMs;
      suddenMs = late <= nearMs ? 0 : Math.min(late, suddenMs + (isHole ? elapsedMs : 0));
      if (isHeldUp && !isHole) provenLateMs = Math.max(provenLateMs, Math.min(late, provenLateMs + elapsedMs));
      const unprovenMs = late - provenLateMs > nearMs ? late - provenLateMs : 0;
      let [olderMs, youngerMs, addMs, doubtMs] = [0, 0, 0, suddenMs];
      if (levelSinceMs !== undefined && unprovenMs > 0) likelyLostMs = unprovenMs;
      if (levelSinceMs !== undefined && arrivedAtMs - levelSinceMs > ACCEPT_AFTER_MS && unprovenMs > ROUTE_MS) {
        envelope.shift(unprovenMs);
        earliest = envelope.at(arrivedAtMs)!;
        likelyLostMs = 0;
      } else if (unprovenMs > 0) {
        // Lateness that once stood still stays the likely loss when more comes on top of it.
        olderMs = addMs = Math.min(likelyLostMs, unprovenMs);
        youngerMs = pace.isDraining(unprovenMs) ? 0 : unprovenMs - addMs;
      }

      let offset = earliest.offsetMs;
      let slackMs = earliest.slackMs;
      const known = sender.mediaOffsetAt(arrivedAtMs);
      if (known?.isTrusted === true || (known !== undefined && known.offsetMs < offset)) {
        if (known.offsetMs < offset) {
          const aheadMs = offset - known.offsetMs;
          // A settled stream that its reports call old: a queue at rest, or a wall clock that was set while nobody looked.
          if (isSettled && aheadMs > 100) [youngerMs, doubtMs] = [Math.max(youngerMs, aheadMs), Math.max(doubtMs, aheadMs)];
          offset = known.offsetMs;
          // Reports that bear settled pictures out make them no less certain.
          slackMs = isSettled ? Math.min(known.slackMs, slackMs + aheadMs) : known.slackMs;
        }
        if (!isSettled && known.isTrusted) olderMs = Math.max(olderMs, known.slackMs + 5);
      }
      if (!isSettled && known?.isTrusted !== true) olderMs = Math.max(olderMs, unseenMs);

      const restMs = (roundTripMs ?? 0) / 2;
      // Of jittered stamps the least offset is that of the stamp furthest ahead: the truth lies in the middle.
      stampSpreadMs = steps.stampJitterMs() > 0 ? Math.max(0.998 * stampSpreadMs, Math.min(offsetMs - (lateMs(arrivedAtMs) < 50 ? earliest.offsetMs : pace.lowMs()), 1.5 * intervalMs)) : 0.8 * stampSpreadMs;
      const baseMs = LEAST_MS + slackMs + 2 * earliest.excessMs + 0.6 * stampSpreadMs + restMs;
      const capturedAtMs = Math.min(arrivedAtMs, mediaMs + offset + addMs + stampSpreadMs / 2 - restMs);
      const ageMs = arrivedAtMs - capturedAtMs;
      oldestMs = ageMs + olderMs;
      return {
        capturedAtMs,
        captureClock: known === undefined ? 'arrival' : 'sender',
        uncertaintyMs: baseMs + Math.max(olderMs, youngerMs),
        leastAgeMs: Math.max(0, ageMs - Math.min(youngerMs, doubtMs) - baseMs),
      };
    },
  };
}

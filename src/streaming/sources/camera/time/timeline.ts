import type { CodedUnit, SenderReport, UntimedArrival } from '../../../../core/coded-unit.js';
import { arrivalClock } from './arrival-clock.js';
import { captureClock, type CaptureEstimate } from './capture-clock.js';
import type { Moment } from '../connection/connection.js';
import { streamClock } from './stream-time.js';

/** Gives each picture of a stream its times, over all connections. */
export type Timeline = {
  newConnection(): void;
  /** The sender's fastest reply so far. */
  roundTrip(ms: number): void;
  reported(report: SenderReport): void;
  /** Pictures in the order of sending. */
  place(picture: PictureToPlace): PlacedMoment;
};

export type PictureToPlace = Pick<
  CodedUnit,
  'mediaMs' | 'arrivedAtMs' | 'damaged' | 'lostBefore' | 'mayGoBack' | 'untimed'
> & {
  /** Its capture time, if the reader knows it without comparing clocks. */
  readonly known?: CaptureEstimate | undefined;
  /** How much older it may be than its arrival shows, in milliseconds: it was delayed on purpose. */
  readonly hiddenMs?: number | undefined;
};

export type PlacedMoment = Moment & {
  /** The minimum age of the picture on arrival. */
  readonly leastAgeMs: number;
};

export function timeline({ onNotice }: { readonly onNotice: (text: string) => void }): Timeline {
  const clock = captureClock({ onNotice });
  const arrivals = arrivalClock();
  const stream = streamClock();
  let isNewConnection = false;
  let hasReportedUntimed = false;
  const byArrival = (arrivedAtMs: number, untimed: UntimedArrival): CaptureEstimate => {
    if (!hasReportedUntimed) onNotice('the camera gives its pictures no times: Nowcast times them by their arrival');
    hasReportedUntimed = true;
    return arrivals.arrived({ ...untimed, arrivedAtMs });
  };
  return {
    newConnection: () => {
      clock.newConnection();
      arrivals.newConnection();
      isNewConnection = true;
    },
    roundTrip: (ms) => clock.roundTrip(ms),
    reported: (report) => clock.reported(report),
    place: ({ mediaMs, arrivedAtMs, damaged, lostBefore, mayGoBack, untimed, known, hiddenMs = 0 }) => {
      const arrived =
        untimed === undefined ? clock.arrived(mediaMs, arrivedAtMs, mayGoBack) : byArrival(arrivedAtMs, untimed);
      const estimate = known ?? { ...arrived, uncertaintyMs: arrived.uncertaintyMs + hiddenMs };
      const { ptsMs, gap } = stream.next({
        mediaMs,
        arrivedAtMs,
        estimate,
        isNewConnection,
        hasLoss: damaged || lostBefore,
        mayGoBack,
        isUntimed: untimed !== undefined,
      });
      isNewConnection = false;
      return { ptsMs, ...estimate, ...(gap === undefined ? {} : { hole: gap }) };
    },
  };
}

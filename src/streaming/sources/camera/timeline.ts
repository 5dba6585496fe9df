import type { CodedUnit, SenderReport } from '../../../core/coded-unit.js';
import { captureClock } from './capture-clock.js';
import type { Moment } from './connection.js';
import { streamClock } from './stream-time.js';

/** Gives each picture of a stream its place in time, over all connections. */
export type Timeline = {
  newConnection(atMs: number): void;
  /** The quickest answer of the sender so far. */
  roundTrip(ms: number): void;
  reported(report: SenderReport): void;
  /** Pictures in the order in which they are sent. */
  place(picture: Pick<CodedUnit, 'mediaMs' | 'arrivedAtMs' | 'damaged' | 'lostBefore' | 'mayGoBack'>): PlacedMoment;
};

export type PlacedMoment = Moment & {
  /** The picture was at least this old when it arrived, whatever is not known. */
  readonly leastAgeMs: number;
};

export function timeline({ onNotice }: { readonly onNotice: (text: string) => void }): Timeline {
  const clock = captureClock({ onNotice });
  const stream = streamClock();
  let isNewConnection = false;
  return {
    newConnection: (atMs) => {
      clock.newConnection(atMs);
      isNewConnection = true;
    },
    roundTrip: (ms) => clock.roundTrip(ms),
    reported: (report) => clock.reported(report),
    place: ({ mediaMs, arrivedAtMs, damaged, lostBefore, mayGoBack }) => {
      const estimate = clock.arrived(mediaMs, arrivedAtMs, mayGoBack);
      const { ptsMs, gap } = stream.next({ mediaMs, arrivedAtMs, estimate, isNewConnection, hasLoss: damaged || lostBefore, mayGoBack });
      isNewConnection = false;
      return { ptsMs, ...estimate, ...(gap === undefined ? {} : { hole: gap }) };
    },
  };
}

import type { SenderReport } from '../../../core/coded-unit.js';
import { captureClock, CAPTURE_TRUST } from '../capture-clock.js';
import { ptsStitcher } from '../pts-stitcher.js';
import type { Moment } from './connection.js';

/** Gives each picture of a stream its place in time, over all connections. */
export type Timeline = {
  newConnection(atMs: number): void;
  reported(report: SenderReport): void;
  /** Pictures in the order in which they are sent. */
  place(mediaMs: number, arrivedAtMs: number): Moment;
};

export function timeline(_options: { readonly onNotice: (text: string) => void }): Timeline {
  const stitcher = ptsStitcher();
  const clock = captureClock();
  return {
    newConnection: () => {
      stitcher.newEpoch();
      clock.newEpoch(false);
    },
    reported: () => undefined,
    place: (mediaMs, arrivedAtMs) => {
      const ptsMs = stitcher.stitch(mediaMs, arrivedAtMs);
      return { ptsMs, capturedAtMs: clock.capturedAtMs(ptsMs, arrivedAtMs), ...CAPTURE_TRUST };
    },
  };
}

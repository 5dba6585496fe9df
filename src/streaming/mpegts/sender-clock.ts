import type { SenderReport } from '../../core/coded-unit.js';
import type { MediaTime } from './media-time.js';

/** Makes sender reports of a stream's program clock. One for each stream. */
export type SenderClock = {
  /**
   * A picture begins in a packet that left the sender at `pcr27Mhz`, in units of 1/27,000,000 s, and is to be shown at
   * `pts90Khz`, in units of 1/90,000 s.
   */
  report(clock: { readonly pcr27Mhz: number; readonly pts90Khz: number; readonly isDiscontinuity: boolean; readonly arrivedAtMs: number }): SenderReport;
};

/**
 * The program clock (ISO/IEC 13818-1 §2.4.3.5) and the pictures' times are on one scale, but a picture's time lies ahead
 * of the clock by all that the receiver is meant to buffer: half a second and more. Taken as it is, the clock would have
 * each picture taken in the future. A picture was taken at the latest when it began to leave, so the media clock stood
 * ahead of the program clock by the most that any picture has shown.
 *
 * `senderMs` is no Unix time: this clock starts anywhere, and a sender that starts anew mostly begins with zero.
 */
export function senderClock(time: MediaTime): SenderClock {
  let aheadMs = -Infinity;
  return {
    report: ({ pcr27Mhz, pts90Khz, isDiscontinuity, arrivedAtMs }) => {
      if (isDiscontinuity) aheadMs = -Infinity;
      const mediaMs = time.toMs(pts90Khz);
      const senderMs = time.toMs(Math.floor(pcr27Mhz / 300)) + (pcr27Mhz % 300) / 27_000;
      aheadMs = Math.max(aheadMs, mediaMs - senderMs);
      return { senderMs, mediaMs: senderMs + aheadMs, arrivedAtMs, isStreamClock: true };
    },
  };
}

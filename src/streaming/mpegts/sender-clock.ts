import type { SenderReport } from '../../core/coded-unit.js';
import type { MediaTime } from './media-time.js';

/** Derives sender reports from a stream's program clock. One for each stream. */
export type SenderClock = {
  /**
   * A picture begins in a packet that left the sender at `pcr27Mhz`, in units of 1/27,000,000 s. Its presentation time
   * is `pts90Khz`, in units of 1/90,000 s.
   */
  report(clock: {
    readonly pcr27Mhz: number;
    readonly pts90Khz: number;
    readonly isDiscontinuity: boolean;
    readonly arrivedAtMs: number;
  }): SenderReport;
};

/**
 * The program clock (ISO/IEC 13818-1 §2.4.3.5) and the pictures' times share one scale. But a picture's time is ahead
 * of the clock by the receiver's intended buffering: half a second and more. Without correction, each picture would
 * seem to be captured in the future. A picture was captured before it began to leave, so the media clock was ahead of
 * the program clock by the largest difference that any picture has shown.
 *
 * `senderMs` is not Unix time: this clock starts at any value, and a restarted sender usually begins at zero.
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

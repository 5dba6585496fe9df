import type { NalUnit } from '../../nal/nal-unit.js';

/** Receives the results of a depayloader, in order. */
export type NalSink = {
  /** A whole NAL unit. */
  nal(nal: NalUnit): void;
  /** NAL units were lost here. */
  damage(): void;
  /** A message for the camera's owner. */
  notice(text: string): void;
};

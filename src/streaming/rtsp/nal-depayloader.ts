import type { NalUnit } from '../nal/nal-unit.js';

/** Takes the results of a depayloader in the order in which they happen. */
export type NalSink = {
  /** A whole NAL unit. */
  nal(nal: NalUnit): void;
  /** NAL units were lost here. */
  damage(): void;
  /** Something that the camera's owner should know. */
  notice(text: string): void;
};

/** Takes NAL units out of RTP payloads. */
export type NalDepayloader = {
  push(payload: Uint8Array): void;
  /** Packets are missing before the next payload: a NAL unit that was begun is dropped. */
  lost(): void;
  /** A NAL unit was begun and waits for its end. */
  readonly isOpen: boolean;
};

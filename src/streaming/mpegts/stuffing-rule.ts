import type { TsPacket } from './packet.js';

/** Decides when a stuffed transport packet ends a PES packet of unstated length. One for each PID. */
export type StuffingRule = {
  /** True if this packet, part of an open PES packet, is certainly its last. */
  ends(packet: TsPacket, isUnbounded: boolean): boolean;
  /** A new PES packet begins, so the previous one is over. */
  began(): void;
  /** A packet came that belongs to no open PES packet; returns whether it belongs to one that this rule ended. */
  continued(): boolean;
  /** Packets are missing: the end of the open PES packet proves nothing. */
  lose(): void;
};

/** This many PES packets must have ended in stuffing… */
const ENDS_TO_BELIEVE = 3;
/**
 * …and this many packets inside them must have been full before stuffing counts: small pictures alone prove nothing.
 */
const FULL_TO_BELIEVE = 16;

/**
 * A transport packet is always full, so the last one of a PES packet is stuffed unless the data happens to fit.
 * Stuffing shows the end at once; the start of the next PES packet shows it one frame interval later. The standard
 * allows stuffing in the middle. So the rule first observes the sender, and never trusts it again after stuffing in the
 * middle.
 */
export function stuffingRule(onNotice: (text: string) => void): StuffingRule {
  let provenEnds = 0;
  let fullInside = 0;
  let isRefuted = false;
  /** True if the last packet was stuffed; the next one shows whether that was the end. */
  let wasStuffed = false;
  let endedHere = false;
  const refute = (): void => {
    if (!isRefuted)
      onNotice(
        'the sender stuffs packets inside a picture: each picture ends when the next begins, one frame interval late',
      );
    isRefuted = true;
  };
  return {
    ends: (packet, isUnbounded) => {
      if (!packet.isUnitStart) {
        if (wasStuffed) refute();
        else fullInside += 1;
      }
      wasStuffed = packet.isStuffed && isUnbounded;
      endedHere = wasStuffed && !isRefuted && provenEnds >= ENDS_TO_BELIEVE && fullInside >= FULL_TO_BELIEVE;
      return endedHere;
    },
    began: () => {
      if (wasStuffed) provenEnds += 1;
      wasStuffed = false;
      endedHere = false;
    },
    continued: () => {
      const wasEnded = endedHere;
      if (wasEnded) refute();
      wasStuffed = false;
      endedHere = false;
      return wasEnded;
    },
    lose: () => {
      wasStuffed = false;
      endedHere = false;
    },
  };
}

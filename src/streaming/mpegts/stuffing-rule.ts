import type { TsPacket } from './packet.js';

/** Decides when a stuffed transport packet ends a PES packet whose length the sender did not tell. One for each PID. */
export type StuffingRule = {
  /** Whether this packet, which belongs to an open PES packet, is known to be its last. */
  ends(packet: TsPacket, isUnbounded: boolean): boolean;
  /** A new PES packet begins: what came before is over. */
  began(): void;
  /** A packet came that belongs to none; returns whether it belongs to one that this rule ended. */
  continued(): boolean;
  /** Packets are missing: nothing is learnt from how the open one ends. */
  lose(): void;
};

/** So many PES packets must have ended in stuffing… */
const ENDS_TO_BELIEVE = 3;
/** …and so many packets inside them must have been full, until stuffing is believed: small pictures alone prove nothing. */
const FULL_TO_BELIEVE = 16;

/**
 * A transport packet is always full, so the last one of a PES packet is stuffed unless it happens to fit. That tells the
 * end at once, where the next beginning would tell it a frame interval later. Nothing forbids stuffing in the middle, so
 * the sender has to prove itself first, and loses the belief for good where it stuffs in the middle after all.
 */
export function stuffingRule(onNotice: (text: string) => void): StuffingRule {
  let provenEnds = 0;
  let fullInside = 0;
  let isRefuted = false;
  /** The last packet was stuffed, and the one that follows shows whether it was an end. */
  let wasStuffed = false;
  let endedHere = false;
  const refute = (): void => {
    if (!isRefuted) onNotice('the sender stuffs packets inside a picture: a picture is known to be whole only when the next begins');
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

/** A packet with a sequence number: 16 bits, wraps. */
export type Sequenced = { readonly sequence: number };

/**
 * Receives packets in order. `lost` is the number of packets missing right before this one; at least 1 if the number is
 * unknown.
 */
export type InOrder<Packet> = (packet: Packet, arrivedAtMs: number, lost: number) => void;

/** Puts packets in order, and reports missing ones. */
export type SequenceOrder<Packet> = {
  push(packet: Packet, arrivedAtMs: number): void;
  /** Passes on the packets that have waited long enough for an earlier one. */
  flush(nowMs: number): void;
  /** Resets: another source begins. */
  reset(): void;
  /** Packets dropped as duplicates or as too late. */
  readonly dropped: number;
};

/** The signed distance from `from` to `to`, -32,768 to 32,767. */
export function sequenceStep(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** For TCP: packets keep the sender's order, and a gap in the numbers is a packet that the sender omitted. */
export class GapCheck<Packet extends Sequenced> implements SequenceOrder<Packet> {
  readonly #deliver: InOrder<Packet>;
  #next: number | undefined;
  dropped = 0;

  constructor(deliver: InOrder<Packet>) {
    this.#deliver = deliver;
  }

  push(packet: Packet, arrivedAtMs: number): void {
    const step = this.#next === undefined ? 0 : sequenceStep(this.#next, packet.sequence);
    if (step === -1) {
      this.dropped += 1;
      return;
    }
    this.#next = (packet.sequence + 1) & 0xffff;
    // Numbers that go back mean that the sender restarted its numbering.
    this.#deliver(packet, arrivedAtMs, step < 0 ? 1 : step);
  }

  flush(): void {
    // No packet waits.
  }

  reset(): void {
    this.#next = undefined;
  }
}

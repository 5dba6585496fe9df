/** A packet with a place in an order: 16 bits, wraps. */
export type Sequenced = { readonly sequence: number };

/** Takes packets in order. `lost` is the number of packets missing right before this one; at least 1 where the number is unknown. */
export type InOrder<Packet> = (packet: Packet, arrivedAtMs: number, lost: number) => void;

/** Puts packets in order, or says where some are missing. */
export type SequenceOrder<Packet> = {
  push(packet: Packet, arrivedAtMs: number): void;
  /** Hands on the packets that have waited long enough for an earlier one. */
  flush(nowMs: number): void;
  /** Forgets everything: another source begins. */
  reset(): void;
  /** Packets dropped as duplicates or as too late. */
  readonly dropped: number;
};

/** From `from` to `to` the short way round, -32,768 to 32,767. */
export function sequenceStep(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** For TCP: the order is the sender's, and a gap in the numbers is a packet that the sender left out. */
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
    // Numbers that go back are a sender that began to number anew.
    this.#deliver(packet, arrivedAtMs, step < 0 ? 1 : step);
  }

  flush(): void {
    // Nothing waits.
  }

  reset(): void {
    this.#next = undefined;
  }
}

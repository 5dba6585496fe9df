import { type InOrder, type Sequenced, type SequenceOrder, sequenceStep } from './sequence-order.js';

export type ReorderLimits = {
  /** The longest wait for a missing packet. */
  readonly holdMs: number;
  /** The most packets that wait for a missing one. */
  readonly packets: number;
};

const USUAL_LIMITS: ReorderLimits = { holdMs: 50, packets: 64 };

/** A larger step, either way, means that the sender restarted its numbering (RFC 3550 A.1: MAX_DROPOUT). */
const RESTART_STEP = 3000;

/**
 * For UDP: passes packets on in the order of their numbers. A missing packet delays later ones within limits, then
 * counts as lost.
 */
export class ReorderWindow<Packet extends Sequenced> implements SequenceOrder<Packet> {
  readonly #deliver: InOrder<Packet>;
  readonly #limits: ReorderLimits;
  readonly #held = new Map<number, { readonly packet: Packet; readonly arrivedAtMs: number }>();
  #next: number | undefined;
  /** A packet with a number far from the others. One alone is a stray; two in a row are a new numbering. */
  #stray: { readonly packet: Packet; readonly arrivedAtMs: number } | undefined;
  dropped = 0;

  constructor(deliver: InOrder<Packet>, limits: ReorderLimits = USUAL_LIMITS) {
    this.#deliver = deliver;
    this.#limits = limits;
  }

  push(packet: Packet, arrivedAtMs: number): void {
    this.#next ??= packet.sequence;
    const step = sequenceStep(this.#next, packet.sequence);
    if (Math.abs(step) > RESTART_STEP) {
      this.#pushStray(packet, arrivedAtMs);
    } else if (step < 0 || this.#held.has(packet.sequence)) {
      this.dropped += 1;
    } else if (step === 0) {
      this.#handOn(packet, arrivedAtMs, 0);
      this.#handOnHeld();
    } else {
      this.#held.set(packet.sequence, { packet, arrivedAtMs });
    }
    this.flush(arrivedAtMs);
  }

  flush(nowMs: number): void {
    while (
      this.#held.size > 0 &&
      (this.#held.size >= this.#limits.packets || this.#waitedMs(nowMs) >= this.#limits.holdMs)
    )
      this.#skip();
  }

  reset(): void {
    this.#held.clear();
    this.#next = undefined;
    this.#stray = undefined;
  }

  /** A Map keeps the order of arrival, so its first entry has waited longest. */
  #waitedMs(nowMs: number): number {
    const { value } = this.#held.values().next();
    return value ? nowMs - value.arrivedAtMs : 0;
  }

  #skip(): void {
    const next = this.#next ?? 0;
    let lost = RESTART_STEP;
    for (const sequence of this.#held.keys()) lost = Math.min(lost, sequenceStep(next, sequence));
    const sequence = (next + lost) & 0xffff;
    const held = this.#held.get(sequence)!;
    this.#held.delete(sequence);
    this.#handOn(held.packet, held.arrivedAtMs, lost);
    this.#handOnHeld();
  }

  #handOnHeld(): void {
    for (let held = this.#held.get(this.#next!); held; held = this.#held.get(this.#next!)) {
      this.#held.delete(held.packet.sequence);
      this.#handOn(held.packet, held.arrivedAtMs, 0);
    }
  }

  #handOn(packet: Packet, arrivedAtMs: number, lost: number): void {
    this.#next = (packet.sequence + 1) & 0xffff;
    this.#stray = undefined;
    this.#deliver(packet, arrivedAtMs, lost);
  }

  #pushStray(packet: Packet, arrivedAtMs: number): void {
    const stray = this.#stray;
    if (!stray || sequenceStep(stray.packet.sequence, packet.sequence) !== 1) {
      if (stray) this.dropped += 1;
      this.#stray = { packet, arrivedAtMs };
      return;
    }
    while (this.#held.size > 0) this.#skip();
    this.#handOn(stray.packet, stray.arrivedAtMs, 1);
    this.#handOn(packet, arrivedAtMs, 0);
  }
}

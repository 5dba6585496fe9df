import { NalDepayloader } from './nal-depayloader.js';
import type { NalSink } from './nal-sink.js';
import { sequenceStep } from '../rtp/sequence-order.js';

const STAP_A = 24;
const STAP_B = 25;
const MTAP_16 = 26;
const MTAP_24 = 27;
const FU_A = 28;
const FU_B = 29;

/**
 * H.264 from RTP (RFC 6184): single NAL units, STAP-A and FU-A. Of the interleaved mode, it reads STAP-B and FU-B as
 * long as their decoding order numbers show that the sender interleaves nothing.
 */
export class H264Depayloader extends NalDepayloader {
  #decodingOrder: number | undefined;

  constructor(sink: NalSink) {
    super(sink, 0x1f);
  }

  push(payload: Uint8Array): void {
    if (payload.length === 0) return;
    const type = payload[0] & 0x1f;
    // The forbidden bit means that the network found an error in the NAL unit (RFC 6184 §1.3).
    if ((payload[0] & 0x80) !== 0) this.damaged();
    else if (type === FU_A) this.#fragment(payload, 2);
    else if (type === FU_B) this.#fragment(payload, 4);
    else if (type === STAP_A) this.aggregate(payload, 1, 1);
    else if (type === STAP_B) this.#aggregateB(payload);
    else if (type === MTAP_16 || type === MTAP_24) this.#refuseInterleaving();
    else if (type > 0 && type < STAP_A) this.single(payload);
    else if (type === 0 && startsWithStartCode(payload)) this.single(payload.subarray(payload.indexOf(1) + 1));
    // Types 0, 30 and 31 are reserved, and receivers ignore them (RFC 6184 §5.2).
  }

  #fragment(payload: Uint8Array, headBytes: number): void {
    const isFirst = (payload[1] & 0x80) !== 0;
    // Only the first fragment may be an FU-B; the following ones are FU-A (RFC 6184 §5.8).
    const head = isFirst ? headBytes : 2;
    if (payload.length <= head) {
      this.damaged();
      return;
    }
    if (head === 4 && !this.#isNextInOrder(payload[2] * 256 + payload[3])) {
      this.#refuseInterleaving();
      return;
    }
    const header = Uint8Array.of((payload[0] & 0xe0) | (payload[1] & 0x1f));
    this.fragments.push(header, payload.subarray(head), isFirst, (payload[1] & 0x40) !== 0);
  }

  #aggregateB(payload: Uint8Array): void {
    if (payload.length < 3 || !this.#isNextInOrder(payload[1] * 256 + payload[2])) this.#refuseInterleaving();
    else this.aggregate(payload, 3, 1);
  }

  #isNextInOrder(decodingOrder: number): boolean {
    const isNext = this.#decodingOrder === undefined || sequenceStep(this.#decodingOrder, decodingOrder) > 0;
    if (isNext) this.#decodingOrder = decodingOrder;
    return isNext;
  }

  #refuseInterleaving(): void {
    this.sink.notice(
      'the camera sends H.264 interleaved (packetization-mode 2), which Nowcast does not read; set it to mode 1 or 0',
    );
    this.damaged();
  }
}

function startsWithStartCode(payload: Uint8Array): boolean {
  const one = payload.indexOf(1);
  return (one === 2 || one === 3) && payload[0] === 0 && payload[1] === 0 && payload[one - 1] === 0;
}

const CNAME = 'nowcast';
/** A larger step in sequence numbers means that the sender restarted its numbering (RFC 3550 A.1: MAX_DROPOUT). */
const MAX_STEP = 3000;

/** Interval between reports after the first (RFC 3550 §6.2: at least 5 s)… */
const INTERVAL_MS = 5000;
/** …and the first one comes early, because some servers wait for it as proof of a receiver. */
const FIRST_MS = 500;

/** Keeps the statistics of one RTP source and writes receiver reports (RFC 3550 §6.4.2, A.1, A.3, A.8). */
export class Reception {
  readonly #ownSsrc: number;
  readonly #ticksPerMs: number;
  #source: number | undefined;
  #base = 0;
  /** Extended by the number of wraps. */
  #highest = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #jitterTicks = 0;
  #transitTicks: number | undefined;
  #lastReport = { compactNtp: 0, arrivedAtMs: 0 };
  #dueAtMs: number | undefined;

  /** @param ownSsrc ours, random, 32 bits. */
  constructor(ownSsrc: number, clockRate: number) {
    this.#ownSsrc = ownSsrc >>> 0;
    this.#ticksPerMs = clockRate / 1000;
  }

  packet(
    packet: { readonly ssrc: number; readonly sequence: number; readonly timestamp: number },
    arrivedAtMs: number,
  ): void {
    const step = this.#source === packet.ssrc ? ((packet.sequence - this.#highest) << 16) >> 16 : undefined;
    if (step === undefined || Math.abs(step) > MAX_STEP) this.#begin(packet);
    else if (step > 0) this.#highest += step;
    this.#received += 1;
    const transit = arrivedAtMs * this.#ticksPerMs - packet.timestamp;
    if (this.#transitTicks !== undefined) {
      // Modulo 2^32: timestamps wrap.
      const difference = Math.abs((transit - this.#transitTicks) | 0);
      this.#jitterTicks += (difference - this.#jitterTicks) / 16;
    }
    this.#transitTicks = transit;
  }

  senderReport(compactNtp: number, arrivedAtMs: number): void {
    this.#lastReport = { compactNtp, arrivedAtMs };
  }

  /** True at most once an interval: write a report then. */
  isDue(nowMs: number): boolean {
    this.#dueAtMs ??= nowMs + FIRST_MS;
    if (nowMs < this.#dueAtMs) return false;
    this.#dueAtMs = nowMs + INTERVAL_MS;
    return true;
  }

  /**
   * A compound packet: a receiver report (empty before the first RTP packet) and our CNAME. Starts the next loss
   * interval.
   */
  write(nowMs: number): Uint8Array {
    const blocks = this.#source === undefined ? 0 : 1;
    const name = 12 + CNAME.length;
    const reportBytes = 8 + blocks * 24;
    const packet = new Uint8Array(reportBytes + Math.ceil(name / 4) * 4);
    const view = new DataView(packet.buffer);
    view.setUint8(0, 0x80 | blocks);
    view.setUint8(1, 201);
    view.setUint16(2, reportBytes / 4 - 1);
    view.setUint32(4, this.#ownSsrc);
    if (this.#source !== undefined) this.#writeBlock(view, this.#source, nowMs);
    view.setUint8(reportBytes, 0x81);
    view.setUint8(reportBytes + 1, 202);
    view.setUint16(reportBytes + 2, (packet.length - reportBytes) / 4 - 1);
    view.setUint32(reportBytes + 4, this.#ownSsrc);
    view.setUint8(reportBytes + 8, 1);
    view.setUint8(reportBytes + 9, CNAME.length);
    for (let index = 0; index < CNAME.length; index += 1) packet[reportBytes + 10 + index] = CNAME.charCodeAt(index);
    return packet;
  }

  #writeBlock(view: DataView, source: number, nowMs: number): void {
    const expected = this.#highest - this.#base + 1;
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = expectedNow - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    const lost = Math.max(-0x800000, Math.min(0x7fffff, expected - this.#received));
    view.setUint32(8, source);
    view.setUint32(12, lost & 0xffffff);
    view.setUint8(12, lostNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0);
    view.setUint32(16, this.#highest % 2 ** 32);
    view.setUint32(20, Math.floor(this.#jitterTicks));
    const { compactNtp, arrivedAtMs } = this.#lastReport;
    view.setUint32(24, compactNtp);
    view.setUint32(28, compactNtp === 0 ? 0 : Math.round(Math.max(0, nowMs - arrivedAtMs) * 65.536) % 2 ** 32);
  }

  #begin(packet: { readonly ssrc: number; readonly sequence: number }): void {
    if (this.#source !== packet.ssrc) {
      this.#lastReport = { compactNtp: 0, arrivedAtMs: 0 };
      this.#transitTicks = undefined;
      this.#jitterTicks = 0;
    }
    this.#source = packet.ssrc;
    this.#base = packet.sequence;
    this.#highest = packet.sequence;
    this.#received = 0;
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
  }
}

import { randomBytes, randomInt } from 'node:crypto';
import { RtpSender } from '../rtp-packetizer.js';
import type { Carriage } from './carriage.js';
import type { ClientOptions } from './client.js';
import type { DrawnPicture } from './drawing-board.js';
import { payloadsOf } from './payloads.js';
import { PAYLOAD_TYPE } from './sdp.js';

const TICKS_A_MS = 90;
const JITTER_MS = 10;

/** The RTP stream that one client gets, from its PLAY on. */
export class RtpStream {
  packetsSent = 0;
  bytesSent = 0;
  /** Number of pictures that were not sent because the client was too slow. */
  skipped = 0;
  readonly #carriage: Carriage;
  readonly #context: ClientOptions;
  readonly #sender: RtpSender;
  readonly #rtpStart: number;
  #awaitsKey: boolean;
  #sent = 0;
  #reports: NodeJS.Timeout | undefined;

  constructor(carriage: Carriage, context: ClientOptions) {
    const { options, clock, now, recent } = context;
    this.#carriage = carriage;
    this.#context = context;
    this.#sender = new RtpSender({
      payloadType: PAYLOAD_TYPE[options.codec],
      ssrc: randomBytes(4).readUInt32BE(),
      sequence: randomInt(65_536),
    });
    this.#rtpStart =
      options.wrapAfterMs === undefined
        ? (options.rtpStart ?? randomInt(2 ** 32))
        : 2 ** 32 - Math.round((options.wrapAfterMs + clock.mediaMs(now())) * TICKS_A_MS);
    this.#awaitsKey = options.firstPicture !== 'any';
    if (options.reportEveryMs !== undefined) this.#scheduleReport(options.firstReportMs, options.reportEveryMs);
    if (options.firstPicture === 'cached') for (const drawn of recent()) this.send(drawn);
  }

  send({ picture, mediaMs }: DrawnPicture): void {
    const { options, isLossy } = this.#context;
    if (this.#carriage.waitingBytes > options.sendQueueBytes) this.#awaitsKey = true;
    if (this.#awaitsKey && (!picture.isKey || this.#carriage.waitingBytes > options.sendQueueBytes)) {
      if (this.#sent > 0) this.skipped += 1;
      return;
    }
    this.#awaitsKey = false;
    const strayMs = options.quirks.includes('jittered-times') ? (((this.#sent * 7919) % 5) - 2) * JITTER_MS : 0;
    this.#sent += 1;
    const packets = payloadsOf(options.codec, picture.data, picture.isKey, options.quirks).map(
      ({ data, marker, offsetMs }) => this.#sender.packet(data, this.#rtpTime(mediaMs + strayMs + offsetMs), marker),
    );
    if (isLossy()) return;
    this.packetsSent += packets.length;
    for (const { length } of packets) this.bytesSent += length;
    this.#carriage.rtp(packets);
  }

  stop(): void {
    clearTimeout(this.#reports);
  }

  #scheduleReport(afterMs: number, everyMs: number): void {
    this.#reports = setTimeout(() => {
      const { clock, now, isSilent } = this.#context;
      const atMs = now();
      // Both clocks at the same moment, as RFC 3550 §6.4.1 requires, independent of the last picture.
      if (!isSilent()) this.#carriage.rtcp(this.#sender.report(clock.wallMs(atMs), this.#rtpTime(clock.mediaMs(atMs))));
      this.#scheduleReport(everyMs, everyMs);
    }, afterMs);
  }

  #rtpTime(mediaMs: number): number {
    if (this.#context.options.quirks.includes('zero-times')) return 0;
    const ticks = this.#rtpStart + Math.round(mediaMs * TICKS_A_MS);
    return ((ticks % 2 ** 32) + 2 ** 32) % 2 ** 32;
  }
}

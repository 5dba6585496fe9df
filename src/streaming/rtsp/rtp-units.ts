import { type Clock } from '../../core/clock.js';
import { type CodedUnit, type SenderReport, type UnitCodec } from '../../core/coded-unit.js';
import { JpegPictures, type PictureSize } from './pictures/jpeg-pictures.js';
import { RtpTime } from './rtp/rtp-time.js';
import { NalPictures } from './pictures/nal-pictures.js';
import { type PacketTime, type CodedPicture, type PictureReader } from './pictures/picture-reader.js';
import { Reception } from './rtp/reception.js';
import { ReorderWindow } from './rtp/reorder-window.js';
import { parseRtcp, type RtcpSenderReport } from './rtp/rtcp.js';
import { parseRtpPacket, type RtpPacket } from './rtp/rtp-packet.js';
import { GapCheck, type SequenceOrder } from './rtp/sequence-order.js';
import { SenderQuirks } from './rtp/sender-quirks.js';

export type RtpUnitsOptions = {
  readonly codec: UnitCodec;
  /** Ticks a second, from the SDP's rtpmap. */
  readonly clockRate: number;
  readonly payloadType: number;
  /** From the SDP: NAL units without start codes (sprop-parameter-sets, or sprop-vps, -sps and -pps). */
  readonly parameterSets?: readonly Uint8Array[];
  /** From the SDP, for JPEG larger than 2040 pixels. */
  readonly size?: PictureSize;
  /** True if packets may arrive out of order or get lost. Over TCP they cannot. */
  readonly overUdp: boolean;
  readonly clock: Clock;
  /** Our own source identifier in receiver reports: random, 32 bits. */
  readonly ownSsrc: number;
  /**
   * The quirks of the camera. The caller keeps them from one connection to the next, so that the camera's owner gets
   * each notice once, through the callback that they were made with.
   */
  readonly quirks?: SenderQuirks;
};

export type RtpUnitsHandlers = {
  onUnit(unit: CodedUnit): void;
  onReport(report: SenderReport): void;
  onNotice(text: string): void;
  /** Nowcast cannot assemble its pictures. */
  onUnsupported?(reason: string): void;
  /** The source announces its end (RTCP BYE). */
  onGoodbye?(): void;
};

/** After this many packets of other payload types and none of the announced one, the camera contradicts its own SDP. */
const TELLING_OTHERS = 50;

/**
 * Turns the RTP and RTCP packets of one video stream into pictures: complete, in order, with times, and with each loss
 * marked.
 */
export class RtpUnits {
  readonly #options: RtpUnitsOptions;
  readonly #handlers: RtpUnitsHandlers;
  readonly #quirks: SenderQuirks;
  readonly #order: SequenceOrder<RtpPacket>;
  readonly #mediaTime: RtpTime;
  readonly #reception: Reception;
  readonly #pictures: PictureReader;
  #otherPayloadTypes = 0;
  #source: number | undefined;
  /** The first packet of another source. One alone is a stray; two in a row are the camera's new source. */
  #candidate: { readonly packet: RtpPacket; readonly arrivedAtMs: number } | undefined;
  #reportsMatch = false;
  #time: PacketTime | undefined;

  constructor(options: RtpUnitsOptions, handlers: RtpUnitsHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#quirks = options.quirks ?? new SenderQuirks((text) => handlers.onNotice(text));
    const deliver = (packet: RtpPacket, arrivedAtMs: number, lost: number): void =>
      this.#inOrder(packet, arrivedAtMs, lost);
    this.#order = options.overUdp ? new ReorderWindow(deliver) : new GapCheck(deliver);
    this.#mediaTime = new RtpTime(options.clockRate);
    this.#reception = new Reception(options.ownSsrc, options.clockRate);
    const onPicture = (picture: CodedPicture): void => handlers.onUnit({ codec: options.codec, ...picture });
    this.#pictures =
      options.codec === 'mjpeg'
        ? new JpegPictures(options.size, this.#quirks, {
            onPicture,
            onUnsupported: (reason) => handlers.onUnsupported?.(reason),
          })
        : new NalPictures(options.codec, options.parameterSets ?? [], this.#quirks, onPicture);
  }

  /** @param packet one RTP packet; its bytes must not change, because pictures are assembled from views of them */
  rtp(packet: Uint8Array, arrivedAtMs: number): void {
    const parsed = parseRtpPacket(packet);
    if (!parsed) return;
    const isOurs = parsed.payloadType === this.#options.payloadType;
    if (!isOurs) this.#otherPayloadType(parsed.payloadType);
    // Another format of the same source shares its numbering: it passes through the ordering, and only its payload is
    // skipped.
    if (parsed.ssrc === this.#source) {
      this.#candidate = undefined;
      this.#accept(parsed, arrivedAtMs);
    } else if (isOurs) this.#fromOtherSource(parsed, arrivedAtMs);
  }

  /** @param packet one compound RTCP packet */
  rtcp(packet: Uint8Array, arrivedAtMs: number): void {
    const parsed = parseRtcp(packet);
    if (!parsed) return;
    for (const report of parsed.reports) this.#report(report, arrivedAtMs);
    if (parsed.goodbyes.some((ssrc) => ssrc === this.#source)) this.#handlers.onGoodbye?.();
  }

  /** Call it about every 20 ms over UDP, so that packets that wait for a missing one continue in time. */
  tick(nowMs: number): void {
    this.#order.flush(nowMs);
  }

  /** True at most once in 5 s: send {@link receiverReport} then. */
  isReportDue(nowMs: number): boolean {
    return this.#reception.isDue(nowMs);
  }

  /** A compound RTCP packet that reports to the sender how its packets arrive. */
  receiverReport(): Uint8Array {
    return this.#reception.write(this.#options.clock.now());
  }

  #fromOtherSource(packet: RtpPacket, arrivedAtMs: number): void {
    if (this.#source === undefined) {
      this.#source = packet.ssrc;
      this.#accept(packet, arrivedAtMs);
      return;
    }
    const candidate = this.#candidate;
    if (candidate?.packet.ssrc !== packet.ssrc) {
      this.#candidate = { packet, arrivedAtMs };
      return;
    }
    this.#candidate = undefined;
    // Packets of the old source no longer wait for a missing one.
    this.#order.flush(Infinity);
    this.#order.reset();
    this.#source = packet.ssrc;
    this.#mediaTime.reset();
    this.#pictures.reset();
    this.#time = undefined;
    this.#accept(candidate.packet, candidate.arrivedAtMs);
    this.#accept(packet, arrivedAtMs);
  }

  #accept(packet: RtpPacket, arrivedAtMs: number): void {
    this.#reception.packet(packet, arrivedAtMs);
    this.#order.push(packet, arrivedAtMs);
  }

  #inOrder(packet: RtpPacket, arrivedAtMs: number, lost: number): void {
    if (lost > 0) this.#pictures.lost();
    if (packet.payloadType !== this.#options.payloadType) return;
    const mediaMs =
      this.#time?.timestamp === packet.timestamp ? this.#time.mediaMs : this.#mediaTime.pictureMs(packet.timestamp);
    this.#time = { timestamp: packet.timestamp, mediaMs, arrivedAtMs };
    this.#pictures.packet(packet, this.#time);
  }

  #report(report: RtcpSenderReport, arrivedAtMs: number): void {
    const matches = report.ssrc === this.#source;
    this.#reportsMatch ||= matches;
    if (!matches && this.#source !== undefined) {
      // A report of an ended source, from a sender whose earlier reports named their source correctly.
      if (this.#reportsMatch) return;
      this.#quirks.report(
        "the camera's sender reports (RTCP) name another source than its pictures; Nowcast uses them anyway",
      );
    }
    this.#reception.senderReport(report.compactNtp, arrivedAtMs);
    if (report.senderMs === undefined) return;
    this.#handlers.onReport({
      senderMs: report.senderMs,
      mediaMs: this.#mediaTime.reportMs(report.rtpTimestamp),
      arrivedAtMs,
    });
  }

  #otherPayloadType(payloadType: number): void {
    this.#otherPayloadTypes += 1;
    if (this.#otherPayloadTypes !== TELLING_OTHERS || this.#source !== undefined) return;
    this.#quirks.report(
      `the camera sends RTP payload type ${payloadType}, but its SDP announces ${this.#options.payloadType}; Nowcast ignores type ${payloadType}`,
    );
  }
}

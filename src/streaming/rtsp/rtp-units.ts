import { type Clock } from '../../core/clock.js';
import { type CodedUnit, type SenderReport, type UnitCodec } from '../../core/coded-unit.js';
import { JpegPictures, type PictureSize } from './jpeg-pictures.js';
import { MediaTime } from './media-time.js';
import { NalPictures } from './nal-pictures.js';
import { type PacketTime, type Picture, type PictureReader } from './picture-reader.js';
import { Reception } from './reception.js';
import { ReorderWindow } from './reorder-window.js';
import { parseRtcp, type RtcpSenderReport } from './rtcp.js';
import { parseRtpPacket, type RtpPacket } from './rtp-packet.js';
import { GapCheck, type SequenceOrder } from './sequence-order.js';
import { SenderQuirks } from './sender-quirks.js';

export type RtpUnitsOptions = {
  readonly codec: UnitCodec;
  /** Ticks a second, from the SDP's rtpmap. */
  readonly clockRate: number;
  readonly payloadType: number;
  /** From the SDP: NAL units without start codes (sprop-parameter-sets, or sprop-vps, -sps and -pps). */
  readonly parameterSets?: readonly Uint8Array[];
  /** From the SDP, for JPEG larger than 2040 pixels. */
  readonly size?: PictureSize;
  /** Packets may come out of order and go missing on the way. Over TCP they cannot. */
  readonly overUdp: boolean;
  readonly clock: Clock;
  /** Our own source identifier in receiver reports: random, 32 bits. */
  readonly ownSsrc: number;
  /** The caller keeps them from one connection to the next, so that the camera's owner hears of each once. Their notices go to the callback that they were made with. */
  readonly quirks?: SenderQuirks;
};

export type RtpUnitsHandlers = {
  onUnit(unit: CodedUnit): void;
  onReport(report: SenderReport): void;
  onNotice(text: string): void;
  /** Its pictures cannot be put together here. */
  onUnsupported?(reason: string): void;
  /** The source says that it ends (RTCP BYE). */
  onGoodbye?(): void;
};

/** So many packets of other payload types and none of the promised one are a camera that does otherwise than its SDP says. */
const TELLING_OTHERS = 50;

/** From the RTP and RTCP packets of one video stream to its pictures: whole, in order, timed, and each loss marked. */
export class RtpUnits {
  readonly #options: RtpUnitsOptions;
  readonly #handlers: RtpUnitsHandlers;
  readonly #quirks: SenderQuirks;
  readonly #order: SequenceOrder<RtpPacket>;
  readonly #mediaTime: MediaTime;
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
    const deliver = (packet: RtpPacket, arrivedAtMs: number, lost: number): void => this.#inOrder(packet, arrivedAtMs, lost);
    this.#order = options.overUdp ? new ReorderWindow(deliver) : new GapCheck(deliver);
    this.#mediaTime = new MediaTime(options.clockRate);
    this.#reception = new Reception(options.ownSsrc, options.clockRate);
    const onPicture = (picture: Picture): void => handlers.onUnit({ codec: options.codec, ...picture });
    this.#pictures = options.codec === 'mjpeg'
      ? new JpegPictures(options.size, this.#quirks, { onPicture, onUnsupported: (reason) => handlers.onUnsupported?.(reason) })
      : new NalPictures(options.codec, options.parameterSets ?? [], this.#quirks, onPicture);
  }

  /** @param packet one RTP packet, whose bytes must stay as they are: pictures are put together from views of them */
  rtp(packet: Uint8Array, arrivedAtMs: number): void {
    const parsed = parseRtpPacket(packet);
    if (!parsed) return;
    const isOurs = parsed.payloadType === this.#options.payloadType;
    if (!isOurs) this.#otherPayloadType(parsed.payloadType);
    // Another format of the same source shares its numbering: it passes through the order, and only its payload is left out.
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

  /** Call it every 20 ms or so over UDP: packets that wait for a missing one go on in time. */
  tick(nowMs: number): void {
    this.#order.flush(nowMs);
  }

  /** True at most once in 5 s: send {@link receiverReport} then. */
  isReportDue(nowMs: number): boolean {
    return this.#reception.isDue(nowMs);
  }

  /** A compound RTCP packet that tells the sender how its packets arrive. */
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
    // Packets of the old source that wait for a missing one wait in vain.
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
    const mediaMs = this.#time?.timestamp === packet.timestamp ? this.#time.mediaMs : this.#mediaTime.pictureMs(packet.timestamp);
    this.#time = { timestamp: packet.timestamp, mediaMs, arrivedAtMs };
    this.#pictures.packet(packet, this.#time);
  }

  #report(report: RtcpSenderReport, arrivedAtMs: number): void {
    const matches = report.ssrc === this.#source;
    this.#reportsMatch ||= matches;
    if (!matches && this.#source !== undefined) {
      // A report of a source that has ended, where reports have named their source rightly before.
      if (this.#reportsMatch) return;
      this.#quirks.tell('the camera\'s sender reports (RTCP) name another source than its pictures; they are used all the same');
    }
    this.#reception.senderReport(report.compactNtp, arrivedAtMs);
    if (report.senderMs === undefined) return;
    this.#handlers.onReport({ senderMs: report.senderMs, mediaMs: this.#mediaTime.reportMs(report.rtpTimestamp), arrivedAtMs });
  }

  #otherPayloadType(payloadType: number): void {
    this.#otherPayloadTypes += 1;
    if (this.#otherPayloadTypes !== TELLING_OTHERS || this.#source !== undefined) return;
    this.#quirks.tell(`the camera sends RTP payload type ${payloadType} where its SDP promises ${this.#options.payloadType}; it is not read`);
  }
}

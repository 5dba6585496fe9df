import { splitStartCodes } from '../../nal/annex-b.js';
import { NAL_SYNTAXES, type NalSyntax } from '../../nal/nal-syntax.js';
import { nalBytes, type NalUnit, wholeNal } from '../../nal/nal-unit.js';
import { ParameterSets } from '../../nal/parameter-sets.js';
import { AccessUnits } from './access-units.js';
import { H264Depayloader } from './h264.js';
import { H265Depayloader } from './h265.js';
import type { NalDepayloader } from './nal-depayloader.js';
import type { NalSink } from './nal-sink.js';
import { type PacketTime, type CodedPicture, type PictureReader } from './picture-reader.js';
import { type RtpPacket } from '../rtp/rtp-packet.js';
import { type SenderQuirks } from '../rtp/sender-quirks.js';

/** Pictures of H.264 or H.265 as Annex B. */
export class NalPictures implements PictureReader {
  readonly #syntax: NalSyntax;
  readonly #units: AccessUnits;
  readonly #depayloader: NalDepayloader;
  #time: PacketTime = { timestamp: 0, mediaMs: 0, arrivedAtMs: 0 };

  /** @param parameterSets from the SDP, NAL units without start codes */
  constructor(
    codec: 'h264' | 'h265',
    parameterSets: readonly Uint8Array[],
    quirks: SenderQuirks,
    onPicture: (picture: CodedPicture) => void,
  ) {
    this.#syntax = NAL_SYNTAXES[codec];
    this.#units = new AccessUnits(this.#syntax, new ParameterSets(this.#syntax, parameterSets), quirks, onPicture);
    const sink: NalSink = {
      nal: (nal) => this.#nal(nal),
      damage: () => this.#units.lost(),
      notice: (text) => quirks.report(text),
    };
    this.#depayloader = codec === 'h264' ? new H264Depayloader(sink) : new H265Depayloader(sink);
  }

  packet(packet: RtpPacket, time: PacketTime): void {
    this.#time = time;
    this.#depayloader.push(packet.payload);
    // Some cameras mark each packet; a marker inside a NAL unit ends nothing.
    if (packet.marker && !this.#depayloader.isOpen) this.#units.marker(time);
  }

  lost(): void {
    this.#depayloader.lost();
    this.#units.lost();
  }

  reset(): void {
    this.#depayloader.lost();
    this.#units.reset();
  }

  /** Slices are long and always separate; in other units, some cameras hide further NAL units behind start codes. */
  #nal(nal: NalUnit): void {
    const kind = this.#syntax.kindOf(nal);
    if (kind === 'slice' || kind === 'first-slice' || kind === 'filler') {
      this.#units.nal(nal, this.#time);
      return;
    }
    const nals = splitStartCodes(nalBytes(nal));
    if (nals.length === 1) this.#units.nal(nal, this.#time);
    else for (const bytes of nals) this.#units.nal(wholeNal(bytes), this.#time);
  }
}

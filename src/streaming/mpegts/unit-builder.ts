import type { CodedUnit } from '../../core/coded-unit.js';
import { AccessUnitFinder, type AccessUnitSpan } from './access-units.js';
import type { TsCodec } from './demuxer.js';
import type { MediaTime } from './media-time.js';
import type { PesData } from './pes-assembler.js';

export type UnitBuilderEvents = {
  onUnit(unit: CodedUnit): void;
  /** Nowcast cannot separate the pictures of this stream at all. */
  onUnsupported(reason: string): void;
  onNotice(text: string): void;
};

/** This many PES packets in a row without a valid picture are not an accident. */
const MAX_MISFITS = 8;
/** Interval between pictures that share a PES packet, until two times have shown their rate. */
const FIRST_STEP_MS = 40;
const LONGEST_STEP_MS = 1_000;
/** Parameter sets are some hundred bytes. */
const MAX_PREFIX_BYTES = 64 * 1024;

/** Makes coded units from a stream's PES packets: one each from most senders, none or several from others. */
export class UnitBuilder {
  readonly #codec: TsCodec;
  readonly #finder: AccessUnitFinder;
  readonly #time: MediaTime;
  readonly #events: UnitBuilderEvents;
  /** Came in a PES packet without a picture, and belongs to the next one. */
  #prefix: Uint8Array = EMPTY;
  /** Ends with a field; the next PES packet may complete its frame. */
  #firstField: PesData | undefined;
  #misfits = 0;
  #followsLoss = false;
  /** True if the last key picture included its parameter sets. */
  #keysBringSets = false;
  #noticedSharing = false;
  #last: { readonly mediaMs: number; readonly count: number } | undefined;
  #stepMs = FIRST_STEP_MS;

  constructor(codec: TsCodec, time: MediaTime, events: UnitBuilderEvents) {
    this.#codec = codec;
    this.#finder = new AccessUnitFinder(codec);
    this.#time = time;
    this.#events = events;
  }

  push(pes: PesData): void {
    const first = this.#firstField;
    this.#firstField = undefined;
    const frame = first && !pes.followsLoss ? this.#frameOf(first, pes) : undefined;
    if (frame !== undefined) this.#take(frame, true);
    else {
      // The loss may have taken its frame's other field.
      if (first !== undefined) this.#take({ ...first, isCutOff: pes.followsLoss }, true);
      this.#take(pes, false);
    }
  }

  /** A field and the next PES packet, if that completes its frame. */
  #frameOf(first: PesData, second: PesData): PesData | undefined {
    const bytes = Buffer.concat([first.bytes, second.bytes]);
    const isPair = this.#finder
      .find(bytes)
      ?.some(({ from, to }) => from < first.bytes.length && to > first.bytes.length);
    return isPair === true
      ? { ...first, bytes, arrivedAtMs: second.arrivedAtMs, isCutOff: second.isCutOff }
      : undefined;
  }

  #take(pes: PesData, hasWaited: boolean): void {
    const bytes = this.#prefix.length === 0 ? pes.bytes : Buffer.concat([this.#prefix, pes.bytes]);
    this.#prefix = EMPTY;
    this.#followsLoss ||= pes.followsLoss;
    const spans = this.#finder.find(bytes);
    if (spans?.at(-1)?.lacksField === true && !pes.isCutOff && !hasWaited) this.#firstField = { ...pes, bytes };
    else if (spans?.length === 0 && !pes.isCutOff && bytes.length <= MAX_PREFIX_BYTES) this.#prefix = bytes;
    else if (spans === undefined || spans.length === 0)
      this.#misfit(pes, 'its pictures do not begin where its PES packets do');
    else this.#emit(pes, bytes, spans);
  }

  #emit(pes: PesData, bytes: Uint8Array, spans: readonly AccessUnitSpan[]): void {
    const firstMs = this.#firstMs(pes.pts90Khz);
    if (firstMs === undefined) {
      this.#misfit(pes, 'its pictures carry no times');
      return;
    }
    this.#misfits = 0;
    this.#last = { mediaMs: firstMs, count: spans.length };
    if (spans.length > 1 && !this.#noticedSharing) {
      this.#noticedSharing = true;
      this.#events.onNotice(
        "several pictures share one PES packet and its time: Nowcast times those after the first by the stream's rate",
      );
    }
    spans.forEach(({ from, to, hasParameterSets, refreshPictures, hasBeginning, mayGoBack, ...span }, i) => {
      const lostBefore = this.#followsLoss;
      this.#followsLoss = false;
      // Streams with gradual refresh, or with open groups, mark the points where a decoder can begin without an IDR
      // picture.
      const isKey = span.isKey || (i === 0 && pes.isRandomAccess && hasParameterSets);
      // The loss may have taken parameter sets that differ from the earlier ones.
      const mayLackSets = lostBefore && isKey && this.#keysBringSets && !hasParameterSets;
      if (isKey && !lostBefore) this.#keysBringSets = hasParameterSets;
      this.#events.onUnit({
        codec: this.#codec,
        data: bytes.subarray(from, to),
        mediaMs: firstMs + i * this.#stepMs,
        arrivedAtMs: pes.arrivedAtMs,
        isKey,
        ...(isKey && refreshPictures > 0 ? { refreshPictures } : {}),
        damaged: !hasBeginning || mayLackSets || (pes.isCutOff && i === spans.length - 1),
        lostBefore,
        mayGoBack,
      });
    });
  }

  /** The time of the first picture in a PES packet; undefined if none has had one yet. */
  #firstMs(pts90Khz: number | undefined): number | undefined {
    if (pts90Khz === undefined) return this.#last && this.#last.mediaMs + this.#last.count * this.#stepMs;
    const mediaMs = this.#time.toMs(pts90Khz);
    if (this.#last !== undefined) {
      const stepMs = (mediaMs - this.#last.mediaMs) / this.#last.count;
      if (stepMs > 0 && stepMs <= LONGEST_STEP_MS) this.#stepMs = stepMs;
    }
    return mediaMs;
  }

  #misfit({ isCutOff }: PesData, reason: string): void {
    this.#followsLoss = true;
    if (isCutOff) return;
    this.#misfits += 1;
    if (this.#misfits === MAX_MISFITS) this.#events.onUnsupported(reason);
  }
}

const EMPTY = new Uint8Array(0);

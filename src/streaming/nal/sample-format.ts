import { annexB, splitStartCodes } from './annex-b.js';
import { NAL_SYNTAXES, type NalSyntax } from './nal-syntax.js';
import { wholeNal, type NalUnit } from './nal-unit.js';
import { ParameterSets } from './parameter-sets.js';

/** A coded picture as our own readers give it. */
export type AnnexBPicture = {
  /** Annex B; a key picture brings its parameter sets. */
  readonly data: Uint8Array;
  /** As in a `CodedUnit`. */
  readonly refreshPictures?: number;
};

type ConfigurationRecord = { readonly lengthBytes: number; readonly parameterSets: readonly Uint8Array[] };

/**
 * Turns the pictures of a container into Annex B. MP4, Matroska and FLV keep parameter sets apart and write lengths in
 * place of start codes; others, such as MPEG-TS, have Annex B already.
 */
export class SampleFormat {
  readonly #syntax: NalSyntax;
  readonly #lengthBytes: number | undefined;
  readonly #sets: ParameterSets;

  /** @param codecData of the container: a configuration record, or parameter sets in Annex B, or nothing */
  constructor(codec: keyof typeof NAL_SYNTAXES, codecData: Uint8Array) {
    this.#syntax = NAL_SYNTAXES[codec];
    const record = codecData[0] === 1 ? RECORDS[codec](codecData) : undefined;
    this.#lengthBytes = record?.lengthBytes;
    this.#sets = new ParameterSets(this.#syntax, record?.parameterSets ?? splitStartCodes(codecData));
  }

  /** Undefined if the lengths do not add up, or if a key picture has no parameter sets. */
  read(sample: Uint8Array, isKey: boolean): AnnexBPicture | undefined {
    const hasStartCodes = this.#lengthBytes === undefined;
    if (hasStartCodes && !isKey) return { data: sample };
    const bytes = hasStartCodes ? splitStartCodes(sample) : splitLengths(sample, this.#lengthBytes);
    if (bytes === undefined) return undefined;
    const nals = bytes.map(wholeNal);
    if (!isKey) return { data: annexB(nals) };
    this.#sets.replace(nals);
    if (!this.#sets.isComplete) return undefined;
    const missing = this.#sets.missingFrom(nals);
    const refreshPictures = nals.some((nal) => this.#syntax.isKeySlice(nal)) ? 0 : this.#refreshOf(nals);
    return {
      data: hasStartCodes && missing.length === 0 ? sample : annexB(withSets(nals, missing, this.#syntax.kindOf)),
      ...(refreshPictures > 0 && { refreshPictures }),
    };
  }

  #refreshOf(nals: readonly NalUnit[]): number {
    return Math.max(0, ...nals.map((nal) => this.#syntax.recoveryOf(nal) ?? 0));
  }
}

/** A delimiter is a picture's first NAL unit. */
function withSets(nals: readonly NalUnit[], sets: readonly NalUnit[], kindOf: (nal: NalUnit) => string): NalUnit[] {
  const [first, ...rest] = nals;
  return first !== undefined && kindOf(first) === 'delimiter' ? [first, ...sets, ...rest] : [...sets, ...nals];
}

function splitLengths(sample: Uint8Array, lengthBytes: number): Uint8Array[] | undefined {
  const nals: Uint8Array[] = [];
  let at = 0;
  while (at + lengthBytes <= sample.length) {
    let length = 0;
    for (const byte of sample.subarray(at, at + lengthBytes)) length = length * 256 + byte;
    at += lengthBytes;
    if (at + length > sample.length) return undefined;
    if (length > 0) nals.push(sample.subarray(at, at + length));
    at += length;
  }
  return at === sample.length ? nals : undefined;
}

const RECORDS = { h264: avcRecord, h265: hevcRecord } as const;

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1). */
function avcRecord(bytes: Uint8Array): ConfigurationRecord | undefined {
  const reader = new RecordReader(bytes, 4);
  const lengthBytes = (reader.byte() & 3) + 1;
  const sequences = reader.sets(reader.byte() & 0x1f);
  const parameterSets = [...sequences, ...reader.sets(reader.byte())];
  return reader.isCutOff ? undefined : { lengthBytes, parameterSets };
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.3.1). */
function hevcRecord(bytes: Uint8Array): ConfigurationRecord | undefined {
  const reader = new RecordReader(bytes, 21);
  const lengthBytes = (reader.byte() & 3) + 1;
  const parameterSets: Uint8Array[] = [];
  for (let arrays = reader.byte(); arrays > 0 && !reader.isCutOff; arrays--) {
    reader.byte();
    parameterSets.push(...reader.sets(reader.uint16()));
  }
  return reader.isCutOff ? undefined : { lengthBytes, parameterSets };
}

class RecordReader {
  isCutOff = false;
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.#at = from;
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) this.isCutOff = true;
    return this.#bytes[this.#at++] ?? 0;
  }

  uint16(): number {
    return this.byte() * 256 + this.byte();
  }

  sets(count: number): Uint8Array[] {
    const sets: Uint8Array[] = [];
    for (let i = 0; i < count && !this.isCutOff; i++) {
      const length = this.uint16();
      sets.push(this.#bytes.subarray(this.#at, this.#at + length));
      this.#at += length;
      if (this.#at > this.#bytes.length) this.isCutOff = true;
    }
    return sets;
  }
}
